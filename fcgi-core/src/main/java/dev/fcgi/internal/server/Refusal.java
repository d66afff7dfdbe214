package dev.fcgi.internal.server;

import dev.fcgi.Outcome;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.Role;
import java.lang.System.Logger.Level;

/**
 * Why a request may not begin: the status for the peer, the outcome for observers, and what the log says. What the
 * operator can mend, here or in the web server, is a warning.
 */
enum Refusal {
    UNKNOWN_ROLE(ProtocolStatus.UNKNOWN_ROLE, Outcome.UNKNOWN_ROLE, Level.WARNING, "no handler for this role"),
    /** The connection may not be multiplexed, and one request is active: the web server is not to multiplex. */
    SECOND(ProtocolStatus.CANT_MPX_CONN, Outcome.OVER_MAX_REQUESTS_PER_CONNECTION, Level.WARNING,
            "a connection has one request at a time (maxRequestsPerConnection 1)"),
    CONNECTION_FULL(ProtocolStatus.OVERLOADED, Outcome.OVER_MAX_REQUESTS_PER_CONNECTION, Level.WARNING,
            "maxRequestsPerConnection {3} reached"),
    TOO_MANY_HEADS(ProtocolStatus.OVERLOADED, Outcome.OVER_MAX_REQUESTS, Level.WARNING, "too many incomplete request heads"),
    /** After a timeout, or because a request did not want the connection to be kept. */
    CLOSING(ProtocolStatus.OVERLOADED, Outcome.DRAINING, Level.WARNING, "the connection is about to be closed"),
    /** A part of the stop, which the operator has asked for; like the stop itself, it is no warning. */
    DRAINING(ProtocolStatus.OVERLOADED, Outcome.DRAINING, Level.INFO, "the server stops");

    final ProtocolStatus status;
    final Outcome outcome;
    private final Level level;
    private final String format;

    Refusal(ProtocolStatus status, Outcome outcome, Level level, String why) {
        this.status = status;
        this.outcome = outcome;
        this.level = level;
        this.format = why + ", refused: request {0} of {1}, role {2}";
    }

    /**
     * {@return why one more request may not begin on a connection; null when it may} The lock of the connection is held.
     *
     * @param role null when it is unknown
     */
    static Refusal of(Role role, Options options, RequestTable requests, Lifetime lifetime) {
        boolean alone = requests.isEmpty();
        if (role == null || !options.handles(role)) {
            return UNKNOWN_ROLE;
        }
        if (!alone && options.maxRequestsPerConnection == 1) {
            return SECOND;
        }
        if (requests.isFull(options.maxRequestsPerConnection)) {
            return CONNECTION_FULL;
        }
        if (alone || !lifetime.isRefusing()) {
            return null;
        }
        return lifetime.isDraining() ? DRAINING : CLOSING;
    }

    /**
     * Logs the refusal.
     *
     * @param role null when it is unknown
     */
    void log(ServerContext context, int id, Object connection, Role role) {
        context.log.log(level, format, id, connection, role == null ? "unknown" : role,
                context.options.maxRequestsPerConnection);
    }
}
