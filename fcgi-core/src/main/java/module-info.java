/**
 * FastCGI 1.0 for Java: handlers as sequential code on virtual threads.
 *
 * <p>Start at {@link dev.fcgi.FcgiServer} for a concurrent server and at {@link dev.fcgi.FcgiAcceptor} for a plain
 * accept loop in {@code main}. The module needs {@code java.base}, and {@code jdk.net} for options of sockets;
 * {@code jdk.httpserver} is for those who use {@link dev.fcgi.httpserver}, {@code jdk.jfr} for those who record events.
 */
module dev.fcgi {
    requires jdk.net;
    requires static jdk.httpserver;
    requires static jdk.jfr;
    exports dev.fcgi;
    exports dev.fcgi.cgi;
    exports dev.fcgi.client;
    exports dev.fcgi.httpserver;
}
