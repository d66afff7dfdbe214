package dev.fcgi.client;

import dev.fcgi.FcgiException;
import java.time.Duration;

/** A request took longer than one of its limits. Whether the application has worked on it is unknown. */
public final class RequestTimeoutException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** Which limit it was. */
    public enum Limit {
        /** Getting a connection: a free one, or a new one. Nothing was sent. */
        CONNECT,
        /** From sending the request to the first record of the response. */
        FIRST_BYTE,
        /** Between two pieces of the response, or of the request that the application takes. */
        IDLE,
        /** The whole request. */
        TOTAL,
        /** The response was not read while other responses on the connection waited behind it. */
        STALL
    }

    /** Which limit it was. */
    private final Limit limit;

    /**
     * Creates the exception.
     *
     * @param limit which limit it was
     * @param time how long it is
     */
    public RequestTimeoutException(Limit limit, Duration time) {
        super(message(limit, time));
        this.limit = limit;
    }

    private static String message(Limit limit, Duration time) {
        String text = time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
        return "timeout: " + switch (limit) {
            case CONNECT -> "no connection within " + text;
            case FIRST_BYTE -> "no response within " + text;
            case IDLE -> "nothing was received or taken for " + text;
            case TOTAL -> "no complete response within " + text;
            case STALL -> "the response was not read for " + text + ", and others waited";
        };
    }

    /** {@return which limit it was} */
    public Limit limit() {
        return limit;
    }
}
