package dev.fcgi.internal.wire;

/** The constants of FastCGI 8, under their own names without the {@code FCGI_}. */
public final class Fcgi {
    public static final int VERSION_1 = 1;
    public static final int HEADER_LENGTH = 8;
    public static final int MAX_LENGTH = 0xFFFF;
    /** The largest content that needs no padding to stay aligned. */
    public static final int MAX_ALIGNED_LENGTH = MAX_LENGTH & ~7;
    public static final int NULL_REQUEST_ID = 0;

    public static final int BEGIN_REQUEST = 1;
    public static final int ABORT_REQUEST = 2;
    public static final int END_REQUEST = 3;
    public static final int PARAMS = 4;
    public static final int STDIN = 5;
    public static final int STDOUT = 6;
    public static final int STDERR = 7;
    public static final int DATA = 8;
    public static final int GET_VALUES = 9;
    public static final int GET_VALUES_RESULT = 10;
    public static final int UNKNOWN_TYPE = 11;

    /** Flag of BEGIN_REQUEST: the application keeps the connection open after the request. */
    public static final int KEEP_CONN = 1;
    /** Content length of BEGIN_REQUEST, END_REQUEST and UNKNOWN_TYPE. */
    public static final int BODY_LENGTH = 8;

    public static final String MAX_CONNS = "FCGI_MAX_CONNS";
    public static final String MAX_REQS = "FCGI_MAX_REQS";
    public static final String MPXS_CONNS = "FCGI_MPXS_CONNS";

    private static final String[] TYPES = {
        "type 0", "BEGIN_REQUEST", "ABORT_REQUEST", "END_REQUEST", "PARAMS", "STDIN", "STDOUT", "STDERR", "DATA",
        "GET_VALUES", "GET_VALUES_RESULT", "UNKNOWN_TYPE"
    };

    private Fcgi() {}

    /** {@return the specification's name of a record type, for messages} */
    public static String typeName(int type) {
        return type < TYPES.length ? TYPES[type] : "type " + type;
    }
}
