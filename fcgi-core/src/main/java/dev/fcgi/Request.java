package dev.fcgi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;

/**
 * One FastCGI request as its handler sees it.
 *
 * <p>Streams, status and {@link #finish()} belong to the thread that handles the request, or to one that it safely
 * hands them to; {@link #isAborted()}, {@link #onAbort} and all accessors may be called from any thread. Implemented by
 * the library only; tests of handlers use {@link OfflineRequest}.
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
     * timeout}. The library discards input that the handler leaves unread. The stream ends where the web server ended
     * it, whatever {@code CONTENT_LENGTH} says; compare the two to detect an incomplete body. An Authorizer has no
     * input, so its stream is at its end from the start (FastCGI 6.3). {@code available()} returns how many bytes the
     * library has already received, which can be read without blocking; {@code close()} discards the rest.
     *
     * @return the stream, the same at each call; reading fails with {@link RequestAbortedException} after an abort
     */
    InputStream stdin();

    /**
     * The CGI response (STDOUT, FastCGI 5.3). Closing it sends nothing: buffered output is sent together with the end
     * of the request, in one write, when the handler returns or at {@link #finish()}.
     *
     * <p>Buffered; {@code flush()} sends what is buffered. Writing blocks while the web server does not accept the
     * output, at most for the server's {@linkplain FcgiServer.Builder#writeTimeout write timeout}. After the end of the
     * request, whatever its cause, every write fails and nothing is sent.
     *
     * @return the stream, the same at each call; writing fails with {@link RequestAbortedException} after an abort
     */
    OutputStream stdout();

    /**
     * Text for the error log of the web server (STDERR, FastCGI 5.3).
     *
     * <p>Kept in memory and sent after the end of STDOUT, in the same write as END_REQUEST: several web servers
     * mishandle STDERR inside a response. Output beyond {@linkplain FcgiServer.Builder#maxStderrLength the limit} is
     * dropped, which is logged. Never blocks; {@code flush()} does nothing. After the end of the request every write
     * fails.
     *
     * @return the stream, the same at each call
     */
    OutputStream stderr();

    /**
     * Sets the application status, which a CGI program would pass to {@code exit} (FastCGI 5.5). Web servers ignore it;
     * other FastCGI clients may not.
     *
     * @param status all 32 bits are sent; 0, the default, stands for success
     */
    void appStatus(int status);

    /**
     * Returns whether the request was aborted before its end: by ABORT_REQUEST (FastCGI 5.4), by the loss of the
     * connection, by a timeout, or by a shutdown. A web server whose client disconnects usually just closes the
     * connection.
     *
     * @return true from the moment of the abort on
     */
    boolean isAborted();

    /**
     * Registers an action that runs on a separate virtual thread when the request is aborted. It runs immediately if
     * the request was aborted before, and never if the request ends normally.
     *
     * @param action the action; should not block for long; exceptions are logged
     */
    void onAbort(Runnable action);

    /**
     * Ends the request now: sends all output and END_REQUEST, so that the handler can go on working after the response.
     * Blocks like a write to {@link #stdout()}. Has no effect on a request that has ended.
     *
     * @throws IOException when the connection is lost or the request was aborted
     */
    void finish() throws IOException;

    /** {@return the address of the web server; for a Unix socket usually an unnamed address; null for plain CGI} */
    SocketAddress peer();

    /**
     * {@return the name of the user that the web server runs as, or its number if it has no name; null unless the
     * request came over a Unix socket on a system that reports users} It is reported by the kernel: the effective user
     * at the time of the connect. The first call for a connection looks up the name, which may block.
     */
    default String peerUser() {
        return null;
    }

    /** {@return the name of the web server's effective group, like {@link #peerUser()}} */
    default String peerGroup() {
        return null;
    }
}
