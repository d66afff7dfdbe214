package dev.fcgi;

/** Decides requests of role {@link Role#AUTHORIZER}: may this HTTP request go on? (FastCGI 6.3) */
@FunctionalInterface
public interface Authorizer {
    /**
     * Decides one request.
     *
     * <p>Called when the parameters are complete. An Authorizer gets no body, and some web servers send no STDIN record
     * at all. For threads see {@link Responder#respond}.
     *
     * @param request the request; its {@link Request#stdout()} must not be used, because the returned decision is the
     * response
     * @return the decision, not null
     * @throws Exception as for {@link Responder#respond}; the 500 response denies access
     */
    Decision authorize(Request request) throws Exception;
}
