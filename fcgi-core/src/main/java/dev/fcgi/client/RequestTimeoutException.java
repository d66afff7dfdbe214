package dev.fcgi.client;

import dev.fcgi.FcgiException;
import java.time.Duration;
import java.util.Objects;

/** A request took longer than one of its limits. Whether the application has worked on it is unknown. */
public final class RequestTimeoutException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** Which limit it was. */
    public enum Limit {
        /** No connection was to be had within {@link FcgiClient.Builder#connectTimeout}. Nothing was sent. */
        CONNECT,
        /** The response did not begin within {@link FcgiClient.Builder#firstByteTimeout}. */
        FIRST_BYTE,
        /** The server was silent for {@link FcgiClient.Builder#readTimeout}, in the middle of the response. */
        READ,
        /** The server took nothing of what is sent to it for {@link FcgiClient.Builder#writeTimeout}. */
        WRITE,
        /** The response was not complete within {@link FcgiClient.Builder#requestTimeout}. */
        REQUEST,
        /**
         * The response was not read for {@link FcgiClient.Builder#stallTimeout}, while others waited for what comes
         * after it on the connection.
         */
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

    /** {@return which limit it was} */
    public Limit limit() {
        return limit;
    }
}
