package dev.fcgi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;

/**
 * One FastCGI request as its handler sees it.
 *
 * <p>Streams, status and {@link #finish()} belong to the thread that handles the request (or to one that it hands them
 * to, with the usual care); {@link #isAborted()}, {@link #onAbort} and everything read-only may be called from any
 * thread. Implemented by the library only; tests of handlers use {@link OfflineRequest}.
 */
public interface Request {
    /** {@return the request id, 1 to 65535, unique among the active requests of one connection (FastCGI 3.3)} */
    int id();

    /** {@return the role that the web server asked for} */
    Role role();

    /** {@return the parameters: the meta-variables of CGI (FastCGI 5.2)} */
    Params params();

    /**
     * Looks up one meta-variable, like {@link Params#get(String)}.
     *
     * @param name the exact name, such as {@code PATH_INFO}
     * @return the value decoded as UTF-8, or null when there is none
     */
    default String meta(String name) {
        return params().get(name);
    }

    /**
     * Looks up one meta-variable, like {@link Params#get(String, String)}.
     *
     * @param name the exact name, such as {@code PATH_INFO}
     * @param otherwise what to return when there is none, may be null
     * @return the value decoded as UTF-8
     */
    default String meta(String name, String otherwise) {
        return params().get(name, otherwise);
    }

    /**
     * The body of the HTTP request (STDIN, FastCGI 5.3).
     *
     * <p>Reading blocks until bytes arrive, at most for the server's {@linkplain FcgiServer.Builder#readTimeout read
     * timeout}. What the handler leaves unread is discarded by the library. The end of the stream is where the web
     * server ended it, whatever {@code CONTENT_LENGTH} says: compare the two to detect a short body. An Authorizer has
     * no input, its stream is at its end from the start (FastCGI 6.3).
     * {@code available()} tells how much the library has received already, which can be read without blocking; {@code
     * close()} discards the rest.
     *
     * @return the stream, the same at each call; reading fails with {@link RequestAbortedException} after an abort
     */
    InputStream stdin();

    /**
     * The CGI response (STDOUT, FastCGI 5.3). Closing it sends nothing by itself: the tail travels with the end of the
     * request, in one write, when the handler returns or at {@link #finish()}.
     *
     * <p>Buffered; {@code flush()} sends what is there. Writing blocks while the web server does not take the output,
     * at most for the server's {@linkplain FcgiServer.Builder#writeTimeout write timeout}. After the end of the
     * request, whoever ended it, every write fails and nothing reaches the wire.
     *
     * @return the stream, the same at each call; writing fails with {@link RequestAbortedException} after an abort
     */
    OutputStream stdout();

    /**
     * Text for the error log of the web server (STDERR, FastCGI 5.3).
     *
     * <p>Kept in memory and sent after the end of STDOUT, in the same write as END_REQUEST: several web servers
     * mishandle STDERR inside a response. What exceeds {@linkplain FcgiServer.Builder#maxStderrLength its limit} is
     * dropped and noted in the log. Never blocks; {@code flush()} does nothing. After the end of the request
     * every write fails.
     *
     * @return the stream, the same at each call
     */
    OutputStream stderr();

    /**
     * Sets the application status, what a CGI program would have given to {@code exit} (FastCGI 5.5). Web servers
     * ignore it; FastCGI clients may not.
     *
     * @param status all 32 bits are sent; 0, the default, stands for success
     */
    void appStatus(int status);

    /**
     * Tells whether the request was aborted before its end: by ABORT_REQUEST (FastCGI 5.4), by loss of the
     * connection, by a limit, or by shutdown. A web server whose client went away usually just closes the connection.
     *
     * @return true from the moment of the abort on
     */
    boolean isAborted();

    /**
     * Registers an action to run when the request is aborted, on a virtual thread of its own; at once when that has
     * happened already, never when the request ends in the ordinary way.
     *
     * @param action what to do; should not block for long; what it throws is logged
     */
    void onAbort(Runnable action);

    /**
     * Answers now: sends all output and END_REQUEST, so that the handler may go on working after the answer. Blocks
     * like a write to {@link #stdout()}. Without effect on a request that has ended.
     *
     * @throws IOException when the connection is lost or the request was aborted
     */
    void finish() throws IOException;

    /** {@return the address of the web server; for a Unix socket usually an unnamed address; null for plain CGI} */
    SocketAddress peer();

    /**
     * {@return the name of the user that the web server runs as, or the number of one that has no name; null unless it
     * came by a Unix socket, on a system that tells} The kernel vouches for it: it is the effective user at the moment
     * of the connection. The first call for a connection looks the name up, which may block.
     */
    default String peerUser() {
        return null;
    }

    /** {@return the name of the web server's effective group, like {@link #peerUser()}} */
    default String peerGroup() {
        return null;
    }
}
