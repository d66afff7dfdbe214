package dev.fcgi.client;

import dev.fcgi.Role;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A call as listeners see it: what a log, a metric or a trace needs. It is one object for the whole life of the call.
 * Each method returns the current state, may be called from any thread, and does not block. Nothing changes after {@link
 * ClientListener#callEnded}.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface CallEvent {
    /** {@return the role that the request asks for} */
    Role role();

    /** {@return the parameters of the request} */
    Map<String, String> params();

    /** {@return the HTTP method, or an empty string} */
    default String method() {
        return params().getOrDefault("REQUEST_METHOD", "");
    }

    /** {@return REQUEST_URI; without that, SCRIPT_NAME, PATH_INFO and query; an empty string when there are none} */
    default String uri() {
        String uri = params().get("REQUEST_URI");
        if (uri != null) {
            return uri;
        }
        String query = params().getOrDefault("QUERY_STRING", "");
        return params().getOrDefault("SCRIPT_NAME", "") + params().getOrDefault("PATH_INFO", "")
                + (query.isEmpty() ? "" : "?" + query);
    }

    /** {@return the number of its connection, the second one if it had two; 0 while it has none} */
    long connection();

    /** {@return its request id on that connection; 0 while it has none} */
    int id();

    /** {@return the address of the server; null while it has no connection} */
    SocketAddress peer();

    /** {@return whether its connection has carried another call before} */
    boolean reused();

    /** {@return whether the request was sent again, because a kept connection turned out to be closed} */
    boolean retried();

    /** {@return when it began} */
    Instant begun();

    /** {@return the time it took to get a connection, the second one if it had two; before that, the time so far} */
    Duration connectTime();

    /**
     * {@return the time from then until the first byte of the response; before that, the time so far; zero without a
     * connection}
     */
    Duration firstByteTime();

    /** {@return the time from its begin until the response ended or it failed; before that, the time so far} */
    Duration time();

    /** {@return how many bytes of STDIN and DATA were sent, on the second connection if it had two} */
    long bytesOut();

    /** {@return how many bytes of STDOUT were read by the caller} */
    long bytesIn();

    /** {@return the HTTP status of the response; 0 if {@link ClientResponse#head} was not called or failed} */
    int status();

    /** {@return the application status; 0 before the end of the response} */
    int appStatus();

    /** {@return how it ended; null before that} */
    CallOutcome outcome();

    /** {@return the exception that the caller got, or null} */
    Throwable failure();
}
