/**
 * FastCGI 1.0 for Java, server and client: handlers are sequential code on virtual threads.
 *
 * <h2>Where to start</h2>
 *
 * <ul>
 * <li>A concurrent server: {@link dev.fcgi.FcgiServer}. Its handlers get a {@link dev.fcgi.Request}, with streams and
 *     meta-variables.
 * <li>A loop in {@code main} that takes one request after the other, as with libfcgi: {@link dev.fcgi.FcgiAcceptor}.
 * <li>What CGI.pm has, forms, uploads, cookies, redirects, and a router: {@link dev.fcgi.cgi.CgiExchange} and
 *     {@link dev.fcgi.cgi.Router}, in either of them. The loop of CGI::Fast: {@link dev.fcgi.cgi.CgiFast}.
 * <li>Calls to PHP-FPM and other applications: {@link dev.fcgi.client.FcgiClient}.
 * <li>An HTTP server in front of an application, or a program for the JDK's HTTP server behind a web server:
 *     {@link dev.fcgi.httpserver}.
 * <li>Tests of handlers, without sockets: {@link dev.fcgi.OfflineRequest}.
 * <li>Operation: {@link dev.fcgi.AccessLog}, {@link dev.fcgi.StatusPage}, {@link dev.fcgi.ServerListener}, and who may
 *     connect: {@link dev.fcgi.PeerRule}.
 * </ul>
 *
 * <h2>What holds everywhere</h2>
 *
 * The package {@link dev.fcgi} says it, under headings of their own: what may be null, what is safe for several threads,
 * what blocks and how long, who closes what, which systems and JDKs are supported, what may change within 1.x, and what
 * this library is not. Every limit is described where it is set, with its unit and its default.
 *
 * <h2>Modules</h2>
 *
 * The module needs {@code java.base}, and {@code jdk.net} for options of sockets. {@code jdk.httpserver} is needed only
 * with {@link dev.fcgi.httpserver}, {@code jdk.jfr} only to record events.
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
