package dev.fcgi.cgi;

/**
 * Stands before the handlers of a {@link Router}: looks at the request, passes it on or answers itself, looks at the
 * outcome. Authentication, timing, access logs.
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
