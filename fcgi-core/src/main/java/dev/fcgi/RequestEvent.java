package dev.fcgi;

import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A request as observers see it: what an access log, a metric or a trace needs. The same object from its begin to its
 * end; each method tells the state of the moment, from any thread, and none blocks unless it says so. After {@link
 * ServerListener#requestEnded} nothing changes any more; whoever keeps the object keeps the parameters in memory.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface RequestEvent {
    /** {@return the number of its connection, from 1 on for each server; 0 for plain CGI} */
    long connection();

    /** {@return the request id, unique among the active requests of one connection} */
    int id();

    /** {@return the role that the web server asked for, or null for one that FastCGI does not know} */
    Role role();

    /** {@return its parameters; none before its head is complete} */
    Params params();

    /** {@return the method of HTTP, or an empty string} */
    default String method() {
        return params().get("REQUEST_METHOD", "");
    }

    /**
     * {@return what the client asked for, with its query: REQUEST_URI, or what stands for it where a web server does
     * not send that; an empty string when nothing does}
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

    /** {@return when BEGIN_REQUEST came} */
    Instant begun();

    /** {@return how long its head took, from BEGIN_REQUEST to the end of PARAMS; so far, before that} */
    Duration headTime();

    /** {@return how long its handler took; so far, before it has returned; zero where there was none} */
    Duration handlerTime();

    /** {@return how long it took, from BEGIN_REQUEST until its handler has returned or it was refused; so far} */
    Duration time();

    /** {@return how many bytes of STDIN and DATA were received} */
    long bytesIn();

    /** {@return how many bytes of STDOUT were sent} */
    long bytesOut();

    /**
     * {@return the status of HTTP that the response has begun with; 0 when nothing of it was sent, or what was sent is
     * not the head of a response}
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

    /** {@return how it ended; null while it has not} Set from the moment on when nothing more of it may be sent. */
    Outcome outcome();

    /** {@return what its handler has thrown, or null} */
    Throwable failure();

    /**
     * {@return where its handler is now: the stack of its thread; empty when no handler is at work on it} Takes time,
     * and stops that thread for a moment.
     */
    List<StackTraceElement> stack();
}
