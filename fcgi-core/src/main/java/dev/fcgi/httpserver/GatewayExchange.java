package dev.fcgi.httpserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * An HTTP request and the response to it, in any HTTP server: what {@link FcgiGateway} asks of one. Whoever implements
 * it puts the gateway into a server of their choice.
 *
 * <p>Each character of a text stands for a byte as it was sent or is to be sent (ISO-8859-1): HTTP does not say which
 * charset a header is in. The server frames bodies, answers {@code Expect: 100-continue} when the body is read first,
 * and drops trailers. One thread calls the methods, and none after {@link FcgiGateway#handle(GatewayExchange)} has
 * returned; the body alone may be read by another thread.
 */
public interface GatewayExchange {
    /** {@return the method, as in the request line} */
    String method();

    /** {@return the target as in the request line, raw: path and query, or a whole URL (RFC 9112 3.2)} */
    String target();

    /** {@return the version of HTTP, such as {@code HTTP/1.1}} */
    String protocol();

    /**
     * {@return the header fields, their names in any case} Content-Length or Transfer-Encoding tells that there is a
     * body, also when the server takes care of it.
     */
    Map<String, List<String>> headers();

    /**
     * {@return the body, without its framing} Reading blocks, and throws when the browser has gone.
     *
     * @throws IOException when the browser has gone
     */
    InputStream body() throws IOException;

    /** {@return the address of the browser, or of a proxy in front of us} */
    InetSocketAddress remoteAddress();

    /** {@return the address that the request came to} */
    InetSocketAddress localAddress();

    /** {@return whether it came by TLS} */
    boolean isSecure();

    /** {@return who has been authenticated by the server, null when nobody has: the default} */
    default String user() {
        return null;
    }

    /** {@return how, such as {@code Basic}; null when that is not known: the default} */
    default String authType() {
        return null;
    }

    /**
     * Begins the response; called once. May block.
     *
     * @param status the HTTP status, 200 to 599
     * @param headers the header fields, to be sent as they are; those of the connection are the server's. There is a
     *     Content-Length where {@code length} is 0 and HEAD or 304 tell of another one
     * @param length how many bytes are written, -1 when that is not known
     * @return the body. Closing it tells that it is whole. An exception of {@code handle} tells that it is not: then the
     *     server must not end the body, but cut the connection
     * @throws IOException when the browser has gone
     */
    OutputStream respond(int status, Map<String, List<String>> headers, long length) throws IOException;
}
