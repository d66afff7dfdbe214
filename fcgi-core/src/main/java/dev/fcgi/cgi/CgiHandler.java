package dev.fcgi.cgi;

import dev.fcgi.Responder;
import java.util.Objects;

/**
 * Handles CGI exchanges. It becomes part of a server in one line: {@code
 * FcgiServer.builder().responder(handler.toResponder())}.
 */
@FunctionalInterface
public interface CgiHandler {
    /**
     * Handles one request; returning ends it. For threads see {@link Responder#respond}.
     *
     * @param q the request and its response, valid until this method returns
     * @throws Exception on any failure: a {@link CgiException} results in an error page with its status, any other
     *     exception in one with status 500; if output was already sent, the response is incomplete
     */
    void handle(CgiExchange q) throws Exception;

    /** {@return a responder that calls this handler, with the default options} */
    default Responder toResponder() {
        return toResponder(CgiOptions.DEFAULT);
    }

    /**
     * Creates a responder that calls this handler.
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
                if (!(e instanceof CgiException) || q.isCommitted()) { // a failure, or too late for an error page
                    q.abandon();
                    throw e;
                }
                q.fail(e);
            }
            q.close();
        };
    }
}
