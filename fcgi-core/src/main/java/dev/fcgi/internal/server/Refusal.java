package dev.fcgi.internal.server;

import dev.fcgi.Outcome;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.Role;
import java.lang.System.Logger.Level;

/** Why a request may not begin: the status for the peer and the outcome for observers. */
enum Refusal {
    UNKNOWN_ROLE(ProtocolStatus.UNKNOWN_ROLE, Outcome.UNKNOWN_ROLE),
    /** The connection may not be multiplexed, and one request is active. */
    SECOND(ProtocolStatus.CANT_MPX_CONN, Outcome.OVER_MAX_REQUESTS_PER_CONNECTION),
    CONNECTION_FULL(ProtocolStatus.OVERLOADED, Outcome.OVER_MAX_REQUESTS_PER_CONNECTION),
    TOO_MANY_HEADS(ProtocolStatus.OVERLOADED, Outcome.OVER_MAX_REQUESTS),
    DRAINING(ProtocolStatus.OVERLOADED, Outcome.DRAINING);

    final ProtocolStatus status;
    final Outcome outcome;

    Refusal(ProtocolStatus status, Outcome outcome) {
        this.status = status;
        this.outcome = outcome;
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
        return !alone && lifetime.isRefusing() ? DRAINING : null;
    }

    /** Logs the refusal, if it concerns the operator who sets the limits. */
    void log(ServerContext context, int id, Object connection) {
        if (this == CONNECTION_FULL) {
            context.log.log(Level.WARNING, "maxRequestsPerConnection {0} reached, refused: request {1} of {2}",
                    context.options.maxRequestsPerConnection, id, connection);
        } else if (this == TOO_MANY_HEADS) {
            context.log.log(Level.WARNING, "too many incomplete request heads, refused: request {0} of {1}", id,
                    connection);
        }
    }
}
