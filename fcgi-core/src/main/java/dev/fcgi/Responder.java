package dev.fcgi;

/** Answers requests of role {@link Role#RESPONDER}: the ordinary CGI program (FastCGI 6.2). */
@FunctionalInterface
public interface Responder {
    /**
     * Answers one request.
     *
     * <p>Called as soon as the parameters are complete, on a virtual thread that nobody else uses meanwhile, unless the
     * server has an {@linkplain FcgiServer.Builder#executor executor}. That thread may have run other requests before,
     * and thread locals are as they have left them. The body may still be arriving. The answer is a CGI document
     * written to {@link Request#stdout()}: header lines, an empty line, the body. Returning ends the request.
     *
     * @param request the request, valid until this method returns or {@link Request#finish()} is called
     * @throws Exception whatever is thrown costs this request only: the web server gets a 500 answer when nothing was
     *     sent yet, and a visible failure otherwise; the stack trace goes to the logger {@code dev.fcgi.server}
     */
    void respond(Request request) throws Exception;
}
