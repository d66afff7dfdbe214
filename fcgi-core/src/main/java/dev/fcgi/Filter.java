package dev.fcgi;

/** Answers requests of role {@link Role#FILTER}: turns a file of the web server into a response (FastCGI 6.4). */
@FunctionalInterface
public interface Filter {
    /**
     * Filters one request: reads STDIN to its end, then DATA, and writes the response.
     *
     * <p>Threads, errors and the end of the request are as for {@link Responder#respond}.
     *
     * @param request the request with its second input stream
     * @throws Exception as for {@link Responder#respond}
     */
    void filter(FilterRequest request) throws Exception;
}
