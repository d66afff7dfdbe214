package dev.fcgi;

/** The role that the web server asks an application to play for one request (FastCGI 6.1 and 8). */
public enum Role {
    /** Takes an HTTP request, produces an HTTP response: what a CGI program does (FastCGI 6.2). */
    RESPONDER(1),
    /** Takes an HTTP request, says whether it is authorized (FastCGI 6.3). */
    AUTHORIZER(2),
    /** Takes an HTTP request and a file of the web server, produces an HTTP response (FastCGI 6.4). */
    FILTER(3);

    private final int code;

    Role(int code) {
        this.code = code;
    }

    /** {@return the number that stands for this role in a BEGIN_REQUEST record} */
    public int code() {
        return code;
    }

    /**
     * Finds a role by its number.
     *
     * @param code the number in a BEGIN_REQUEST record
     * @return the role, or null when the specification defines none
     */
    public static Role of(int code) {
        return switch (code) {
            case 1 -> RESPONDER;
            case 2 -> AUTHORIZER;
            case 3 -> FILTER;
            default -> null;
        };
    }
}
