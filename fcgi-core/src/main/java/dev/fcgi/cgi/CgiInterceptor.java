package dev.fcgi.cgi;

/**
 * Runs before and after the handlers of a {@link Router}: it examines the request, passes it on or responds itself, and
 * examines the response. Used for authentication, timing and access logs.
 *
 * {@snippet :
 * static void log(CgiExchange q, CgiHandler next) throws Exception {
 *     try {
 *         next.handle(q);
 *     } finally {
 *         System.out.println(q.method() + " " + q.rawPath() + " " + q.status() + " " + q.bytesSent());
 *     }
 * }
 * }
 *
 * <p>After the handler the exchange reflects the response that will be sent, even while an exception of the handler
 * passes through: the response is then already an error page, with status 500 unless it is a {@link CgiException}. The
 * interceptor may replace the response, after {@link CgiExchange#reset()}, and may or may not rethrow the exception.
 */
@FunctionalInterface
public interface CgiInterceptor {
    /**
     * Handles an exchange, usually by passing it on.
     *
     * @param q the exchange
     * @param next the next interceptor or the handler
     * @throws Exception as {@link CgiHandler#handle}
     */
    void intercept(CgiExchange q, CgiHandler next) throws Exception;
}
