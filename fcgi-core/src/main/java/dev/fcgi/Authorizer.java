package dev.fcgi;

/** Decides requests of role {@link Role#AUTHORIZER}: may this HTTP request go on? (FastCGI 6.3) */
@FunctionalInterface
public interface Authorizer {
    /**
     * Decides one request.
     *
     * <p>Called at the end of the parameters; an Authorizer gets no body, and some web servers send no STDIN record at
     * all. Threads are those of {@link Responder#respond}.
     *
     * @param request the request; its {@link Request#stdout()} must stay unused, the returned decision is the answer
     * @return the decision, not null
     * @throws Exception as for {@link Responder#respond}: the 500 answer denies access
     */
    Decision authorize(Request request) throws Exception;
}
