package dev.fcgi.httpserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * An HTTP request and its response in any HTTP server, as {@link FcgiGateway} needs them. Implement it to use the
 * gateway in another server.
 *
 * <p>Each character of a string stands for one byte as it was or will be sent (ISO-8859-1), because HTTP does not
 * define the charset of headers. The server frames bodies, responds to {@code Expect: 100-continue} when the body is
 * first read, and drops trailers. One thread calls the methods, and none is called after {@link
 * FcgiGateway#handle(GatewayExchange)} has returned; only the body may be read by another thread.
 */
public interface GatewayExchange {
    /** {@return the method, as in the request line} */
    String method();

    /** {@return the target as in the request line, not decoded: path and query, or a whole URL (RFC 9112 3.2)} */
    String target();

    /** {@return the HTTP version, such as {@code HTTP/1.1}} */
    String protocol();

    /**
     * {@return the header fields, their names in any case} If there is a body, they must include Content-Length or
     * Transfer-Encoding, even if the server has already processed it.
     */
    Map<String, List<String>> headers();

    /**
     * {@return the body, without its framing} Reading blocks, and throws when the browser has disconnected.
     *
     * @throws IOException when the browser has disconnected
     */
    InputStream body() throws IOException;

    /** {@return the address of the browser, or of a proxy in front of this server} */
    InetSocketAddress remoteAddress();

    /** {@return the address that the request came to} */
    InetSocketAddress localAddress();

    /** {@return whether it came by TLS} */
    boolean isSecure();

    /** {@return the user that the server has authenticated; null, the default, when there is none} */
    default String user() {
        return null;
    }

    /** {@return the scheme of the authentication, such as {@code Basic}; null, the default, when it is not known} */
    default String authType() {
        return null;
    }

    /**
     * Begins the response; called once. May block.
     *
     * @param status the HTTP status, 200 to 599
     * @param headers the header fields, to be sent unchanged; the server adds hop-by-hop fields. They include a
     *     Content-Length if {@code length} is 0 but a response to HEAD or a 304 announces another length
     * @param length how many bytes will be written, or -1 when that is not known
     * @return the body. Closing it means that it is complete. If {@code handle} throws, it is incomplete, and the
     *     server must close the connection without ending the body
     * @throws IOException when the browser has disconnected
     */
    OutputStream respond(int status, Map<String, List<String>> headers, long length) throws IOException;
}
