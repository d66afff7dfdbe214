package dev.fcgi.client;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;

/**
 * The application refused a request without any output: END_REQUEST with a protocol status other than REQUEST_COMPLETE.
 * If the specification defines the status, the application has not processed the request, so it is safe to send it
 * again. After {@link ProtocolStatus#UNKNOWN_ROLE} that is useless, after OVERLOADED it should wait, and after
 * CANT_MPX_CONN it needs another connection.
 */
public final class RequestRefusedException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** The protocol status, null when it is undefined. */
    private final ProtocolStatus protocolStatus;

    /**
     * Creates the exception.
     *
     * @param protocolStatus the status in END_REQUEST; null for a number that the specification does not define
     */
    public RequestRefusedException(ProtocolStatus protocolStatus) {
        super("request refused: " + (protocolStatus == null ? "unknown protocol status" : protocolStatus));
        this.protocolStatus = protocolStatus;
    }

    /**
     * {@return whether the request can be sent again without being processed twice; true for every status that the
     * specification defines}
     */
    public boolean retrySafe() {
        return protocolStatus != null;
    }

    /** {@return the status in END_REQUEST; null for a number that the specification does not define} */
    public ProtocolStatus protocolStatus() {
        return protocolStatus;
    }
}
