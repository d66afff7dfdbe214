package dev.fcgi.cgi;

import dev.fcgi.Responder;
import java.util.Objects;

/**
 * Answers one CGI exchange. It becomes part of a server in one line:
 * {@code FcgiServer.builder().responder(handler.toResponder())}.
 */
@FunctionalInterface
public interface CgiHandler {
    /**
     * Answers one request; returning ends it. Threads are those of {@link Responder#respond}.
     *
     * @param q the request and its response, valid until this method returns
     * @throws Exception a {@link CgiException} becomes an error page, anything else a 500 answer; when the response
     *     was under way already, the web server sees a failure
     */
    void handle(CgiExchange q) throws Exception;

    /** {@return a responder that calls this handler, with the default options} */
    default Responder toResponder() {
        return toResponder(CgiOptions.DEFAULT);
    }

    /**
     * Makes a responder that calls this handler.
     *
     * @param options limits and defaults of the exchange
     * @return the responder
     */
    default Responder toResponder(CgiOptions options) {
        Objects.requireNonNull(options, "options");
        return request -> {
            CgiExchange q = CgiExchange.of(request, options);
            try {
                handle(q);
            } catch (Throwable e) {
                if (!(e instanceof CgiException) || q.isCommitted()) { // a failure, or nothing else is left
                    q.abandon();
                    throw e;
                }
                q.fail(e);
            }
            q.close();
        };
    }
}
