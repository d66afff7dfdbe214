package dev.fcgi.cgi;

/**
 * Stands before the handlers of a {@link Router}: looks at the request, passes it on or answers itself, looks at the
 * outcome. Authentication, timing, access logs.
 *
 * <p>After the handler {@link CgiExchange#status()} is the status that is sent, also while an exception of the handler
 * passes through: it was made an error page already, 500 unless it is a {@link CgiException}. The filter may answer
 * something else, and throw the exception on or not.
 */
@FunctionalInterface
public interface CgiFilter {
    /**
     * Handles an exchange, usually by passing it on.
     *
     * @param q the exchange
     * @param next what comes behind this filter
     * @throws Exception as {@link CgiHandler#handle}
     */
    void filter(CgiExchange q, CgiHandler next) throws Exception;
}
