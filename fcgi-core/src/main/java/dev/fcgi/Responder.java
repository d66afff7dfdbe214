package dev.fcgi;

/** Answers requests of role {@link Role#RESPONDER}: the ordinary CGI program (FastCGI 6.2). */
@FunctionalInterface
public interface Responder {
    /**
     * Answers one request.
     *
     * <p>Called as soon as the parameters are complete, on a virtual thread that does nothing else meanwhile, unless
     * the server has an {@linkplain FcgiServer.Builder#executor executor}. That thread may have handled other requests
     * before, and thread locals are as they left them. The body may still be arriving. The response is a CGI document
     * written to {@link Request#stdout()}: header lines, an empty line, the body. Returning ends the request.
     *
     * @param request the request, valid until this method returns or {@link Request#finish()} is called
     * @throws Exception on any failure; it ends only this request. The web server gets a response with status 500 if no
     * output was sent yet, and an incomplete response otherwise; the stack trace is logged to {@code dev.fcgi.server}
     */
    void respond(Request request) throws Exception;
}
