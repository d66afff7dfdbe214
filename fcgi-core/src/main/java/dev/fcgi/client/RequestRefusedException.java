package dev.fcgi.client;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;

/**
 * The application refused a request without any output: END_REQUEST with a protocol status other than
 * REQUEST_COMPLETE. After a status that is defined it has not worked on the request, so sending it again is safe.
 * After {@link ProtocolStatus#UNKNOWN_ROLE} it is useless, after OVERLOADED it should wait, and after
 * CANT_MPX_CONN it needs another connection.
 */
public final class RequestRefusedException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** The protocol status, null when it is undefined. */
    private final ProtocolStatus protocolStatus;

    /**
     * Creates the exception.
     *
     * @param protocolStatus what END_REQUEST said; null for a number that the specification does not define
     */
    public RequestRefusedException(ProtocolStatus protocolStatus) {
        super("request refused: " + (protocolStatus == null ? "unknown protocol status" : protocolStatus));
        this.protocolStatus = protocolStatus;
    }

    /** {@return whether sending the request again cannot have it done twice: so for the statuses that are defined} */
    public boolean retrySafe() {
        return protocolStatus != null;
    }

    /** {@return what END_REQUEST said; null for a number that the specification does not define} */
    public ProtocolStatus protocolStatus() {
        return protocolStatus;
    }
}
