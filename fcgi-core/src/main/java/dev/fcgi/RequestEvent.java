package dev.fcgi;

import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A request as listeners see it: what an access log, a metric or a trace needs. It is one object for the whole life of
 * the request. Each method returns the current state, may be called from any thread, and does not block unless it says
 * so. Nothing changes after {@link ServerListener#requestEnded}. A reference to this object keeps the parameters in
 * memory.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface RequestEvent {
    /** {@return the number of its connection; each server counts from 1, and plain CGI has 0} */
    long connection();

    /** {@return the request id, unique among the active requests of one connection} */
    int id();

    /** {@return the role that the web server asked for, or null for one that FastCGI does not define} */
    Role role();

    /** {@return its parameters; none before its head is complete} */
    Params params();

    /** {@return the HTTP method, or an empty string} */
    default String method() {
        return params().get("REQUEST_METHOD", "");
    }

    /**
     * {@return the path and query that the client requested: REQUEST_URI, or what can be derived from other parameters
     * if the web server does not send it; an empty string when nothing can}
     */
    default String uri() {
        String uri = params().get("REQUEST_URI");
        if (uri != null) {
            return uri;
        }
        String query = params().get("QUERY_STRING", "");
        return params().get("SCRIPT_NAME", "") + params().get("PATH_INFO", "") + (query.isEmpty() ? "" : "?" + query);
    }

    /** {@return the address of the web server, like {@link Request#peer()}} */
    SocketAddress peer();

    /** {@return the web server's user, like {@link Request#peerUser()}; may block} */
    String peerUser();

    /** {@return the web server's group, like {@link Request#peerGroup()}; may block} */
    String peerGroup();

    /** {@return when BEGIN_REQUEST was received} */
    Instant begun();

    /** {@return the time from BEGIN_REQUEST to the end of PARAMS, zero if both came at once; before that, so far} */
    Duration headTime();

    /**
     * {@return the time that its handler took; before it has returned, the time so far; zero without a handler} As for
     * {@link #time}, the write of the last output is not part of it, unless that fails.
     */
    Duration handlerTime();

    /**
     * {@return the time from BEGIN_REQUEST until its handler returned or it was refused; before that, the time so far}
     * What the handler has left in the buffer, {@link FcgiServer.Builder#outputBuffer} at most, is written afterwards.
     * When that fails, the time lasts until then.
     */
    Duration time();

    /** {@return how many bytes of STDIN and DATA were received} */
    long bytesIn();

    /** {@return how many bytes of STDOUT were sent} */
    long bytesOut();

    /**
     * {@return the HTTP status of the response; 0 when nothing was sent, or what was sent is not the head of a
     * response}
     */
    int status();

    /**
     * Looks up a field in the head of the response.
     *
     * @param name the name, in any case
     * @return the first value; null when there is none, or the head was not sent or is longer than 8 KiB
     */
    String responseHeader(String name);

    /** {@return the application status} */
    int appStatus();

    /** {@return how it ended; null before that} Set as soon as nothing more of the request can be sent. */
    Outcome outcome();

    /** {@return what its handler threw, or null} */
    Throwable failure();

    /**
     * {@return the current stack of the thread of its handler; empty when no handler is running} Takes time, and stops
     * that thread for a moment.
     */
    List<StackTraceElement> stack();
}
