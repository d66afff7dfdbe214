/**
 * The FastCGI server, what a handler sees of a request, and tests of handlers.
 *
 * <p>{@link dev.fcgi.FcgiServer} is a concurrent server, {@link dev.fcgi.FcgiAcceptor} an accept loop for {@code main},
 * {@link dev.fcgi.OfflineRequest} a request for tests. {@link dev.fcgi.cgi} has forms, cookies and routes, {@link
 * dev.fcgi.client} calls FastCGI servers, {@link dev.fcgi.httpserver} puts the JDK's HTTP server in front of them. What
 * follows holds for all four packages; what differs is said where it does.
 *
 * <h2>Null</h2>
 *
 * No argument may be null, nor an element of an array or a collection, unless its description allows it: a
 * {@link java.lang.NullPointerException} names the argument, at once. A method returns null only where its description
 * says so.
 *
 * <h2>Threads</h2>
 *
 * <ul>
 * <li>Servers, acceptors, clients, gateways and routers may be used by any number of threads at once, of any kind.
 *     {@link dev.fcgi.FcgiAcceptor#accept} and {@link dev.fcgi.cgi.CgiFast} are for one thread, that of the loop.
 * <li>Requests without streams, parameters, options, cookies, decisions and other values are immutable.
 * <li>Builders, the streams of a request, a {@link dev.fcgi.cgi.CgiExchange} and a
 *     {@link dev.fcgi.client.ClientResponse} belong to one thread at a time. {@link dev.fcgi.Request} says which of its
 *     methods any thread may call.
 * <li>Handlers run side by side, and so must whatever they share. Code that is given to the library runs under none of
 *     its locks and may call it.
 * </ul>
 *
 * <h2>What blocks</h2>
 *
 * Starting and stopping ({@code start}, {@code serve}, {@code shutdown}, {@code close}), waiting for a request ({@code
 * accept}, {@code next}), sending one ({@code send}, {@code getValues}, {@code respond}), the streams of requests and
 * responses, and whatever reads or writes those streams: {@code head()}, the parameters of a form, {@code flush()}.
 * Resolving the name of a host does, too: {@code listen(String)} resolves at once, a client when it connects. Nothing
 * else blocks. The timeouts of the builders bound how long peers can make a stream wait. An interrupt ends what blocks,
 * with an {@link java.lang.InterruptedException} or, in streams and the client, with an {@link
 * java.io.InterruptedIOException} and the flag set again.
 *
 * <h2>Arrays and streams</h2>
 *
 * Arrays, collections and builders that are passed in are copied, and what is returned is a copy or unmodifiable,
 * unless the description says otherwise. The streams of a {@link dev.fcgi.Request} belong to the request: they need not
 * be closed, and end with it. A stream that is the body of a {@link dev.fcgi.client.ClientRequest} is closed by the
 * client, whatever happens. Whoever gets a {@link dev.fcgi.client.ClientResponse}, or makes a client, a server or an
 * acceptor, closes it; an application that has neither called {@code shutdown} nor {@code close} loses the requests in
 * flight.
 *
 * <h2>Java and systems</h2>
 *
 * JDK 21 and later, on the module path ({@code requires dev.fcgi}) or the class path. Tested on Linux, with Unix
 * sockets and TCP. macOS and Windows have not been tested: TCP uses nothing that they do not have, a socket inherited
 * as file descriptor 0 is not available on Windows, and modes and groups of socket files are a matter of POSIX.
 *
 * <h2>Versions</h2>
 *
 * Before 1.0 everything may change. Within 1.x, programs that compile and run go on doing so, with JDK 21, too. What
 * may come in a minor version: types, methods, settings, and constants of enums, so a {@code switch} over one needs a
 * {@code default}. What is not promised: texts of messages and logs, {@code toString}, the defaults of limits, and all
 * packages that are not exported. {@link dev.fcgi.Request}, {@link dev.fcgi.FilterRequest} and {@link dev.fcgi.Params}
 * are implemented by the library only and may get methods; a test uses {@link dev.fcgi.OfflineRequest} instead of an
 * implementation of its own. {@link dev.fcgi.ServerStats} may get further counters: programs read it, and do not
 * construct it.
 *
 * <h2>What this is not</h2>
 *
 * <ul>
 * <li>No servlet container, nor an adapter for one: a handler has streams and meta-variables, or CGI.pm's view of them.
 * <li>No HTTP server, TLS, or authentication: that is the web server's, and the reason to have one.
 * <li>No process manager: systemd, spawn-fcgi, lighttpd and others start, watch and restart programs.
 * <li>No asynchronous or reactive API: threads are virtual, and blocking is how backpressure works.
 * <li>Nobody has built a native image with it. The library uses no reflection, resources, service files, proxies or
 *     native code of its own, so there should be nothing to configure; whether the socket on file descriptor 0 works
 *     there is not known. What is known to start quickly is a run-time image made by jlink, with a class data archive.
 * </ul>
 *
 * <p>Section numbers in this documentation are those of the FastCGI Specification, version 1.0 ("FastCGI 3.3"),
 * and of RFC 3875, CGI/1.1 ("RFC 3875 4.1.18").
 */
package dev.fcgi;
