package dev.fcgi.cgi;

/**
 * Runs before and after the handlers of a {@link Router}: looks at the request, passes it on or answers it itself,
 * looks at the response. Authentication, timing, access logs.
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
 * <p>After the handler the exchange tells the response that is sent, also while an exception of the handler passes
 * through: it was made an error page already, 500 unless it is a {@link CgiException}. The interceptor may answer
 * something else, after {@link CgiExchange#reset()}, and throw the exception on or not.
 */
@FunctionalInterface
public interface CgiInterceptor {
    /**
     * Handles an exchange, usually by passing it on.
     *
     * @param q the exchange
     * @param next what comes after this interceptor
     * @throws Exception as {@link CgiHandler#handle}
     */
    void intercept(CgiExchange q, CgiHandler next) throws Exception;
}
