package dev.fcgi.client;

import dev.fcgi.FcgiException;
import java.time.Duration;
import java.util.Objects;

/** A timeout of the client expired. It is unknown whether the application has processed the request. */
public final class RequestTimeoutException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** Which timeout expired. */
    public enum Limit {
        /** No connection was available within {@link FcgiClient.Builder#connectTimeout}. Nothing was sent. */
        CONNECT,
        /** The response did not begin within {@link FcgiClient.Builder#firstByteTimeout}. */
        FIRST_BYTE,
        /** The server was silent for {@link FcgiClient.Builder#readTimeout}, in the middle of the response. */
        READ,
        /** The server accepted nothing of what was sent to it for {@link FcgiClient.Builder#writeTimeout}. */
        WRITE,
        /** The response was not complete within {@link FcgiClient.Builder#requestTimeout}. */
        REQUEST,
        /**
         * The response was not read for {@link FcgiClient.Builder#stallTimeout}, while it held up others on the same
         * connection.
         */
        STALL
    }

    /** Which timeout expired. */
    private final Limit limit;

    /**
     * Creates the exception.
     *
     * @param limit which timeout expired
     * @param time the timeout
     */
    public RequestTimeoutException(Limit limit, Duration time) {
        super(message(limit, time));
        this.limit = limit;
    }

    private static String message(Limit limit, Duration time) {
        Objects.requireNonNull(limit, "limit");
        Objects.requireNonNull(time, "time");
        String text = time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
        return "timeout: " + switch (limit) {
            case CONNECT -> "no connection within " + text;
            case FIRST_BYTE -> "no response within " + text;
            case READ -> "nothing more of the response within " + text;
            case WRITE -> "nothing of the request was taken within " + text;
            case REQUEST -> "no complete response within " + text;
            case STALL -> "the response was not read for " + text + ", and others waited";
        };
    }

    /** {@return which timeout expired} */
    public Limit limit() {
        return limit;
    }
}
