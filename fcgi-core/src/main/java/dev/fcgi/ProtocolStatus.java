package dev.fcgi;

/** The protocol status of END_REQUEST: how a request ended (FastCGI 5.5). */
public enum ProtocolStatus {
    /** Normal end. */
    REQUEST_COMPLETE(0),
    /** Refused: this connection takes one request at a time. */
    CANT_MPX_CONN(1),
    /** Refused: the application is out of a resource. */
    OVERLOADED(2),
    /** Refused: the application has no handler for the role. */
    UNKNOWN_ROLE(3);

    private final int code;

    ProtocolStatus(int code) {
        this.code = code;
    }

    /** {@return the number that stands for this status in an END_REQUEST record} */
    public int code() {
        return code;
    }

    /**
     * Finds a status by its number.
     *
     * @param code the number in an END_REQUEST record
     * @return the status, or null when the specification defines none
     */
    public static ProtocolStatus of(int code) {
        return switch (code) {
            case 0 -> REQUEST_COMPLETE;
            case 1 -> CANT_MPX_CONN;
            case 2 -> OVERLOADED;
            case 3 -> UNKNOWN_ROLE;
            default -> null;
        };
    }
}
