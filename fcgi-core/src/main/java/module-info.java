/**
 * FastCGI 1.0 for Java: handlers as sequential code on virtual threads.
 *
 * <p>Start at {@link dev.fcgi.FcgiServer} for a concurrent server and at {@link dev.fcgi.FcgiAcceptor} for a plain
 * accept loop in {@code main}. The module needs nothing but {@code java.base}; {@code jdk.httpserver} is for those who
 * use {@link dev.fcgi.httpserver}.
 */
module dev.fcgi {
    requires static jdk.httpserver;
    exports dev.fcgi;
    exports dev.fcgi.cgi;
    exports dev.fcgi.client;
    exports dev.fcgi.httpserver;
}
