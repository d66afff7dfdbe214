/**
 * FastCGI 1.0 for Java: handlers as sequential code on virtual threads.
 *
 * <p>Start at {@link dev.fcgi.FcgiServer} for a concurrent server and at {@link dev.fcgi.FcgiAcceptor} for a plain
 * accept loop in {@code main}. The module needs nothing but {@code java.base}.
 */
module dev.fcgi {
    exports dev.fcgi;
    exports dev.fcgi.cgi;
    exports dev.fcgi.client;
}
