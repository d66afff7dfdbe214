/**
 * The FastCGI server, what a handler sees of a request, and tests of handlers.
 *
 * <p>{@link dev.fcgi.FcgiServer} is a concurrent server, {@link dev.fcgi.FcgiAcceptor} an accept loop for {@code main},
 * {@link dev.fcgi.OfflineRequest} a request for tests. {@link dev.fcgi.cgi} has forms, cookies and routes, {@link
 * dev.fcgi.client} calls FastCGI servers, {@link dev.fcgi.httpserver} puts the JDK's HTTP server in front of them. The
 * rest of this page applies to all four packages; exceptions are documented where they occur.
 *
 * <h2>Null</h2>
 *
 * No argument may be null, nor an element of an array or a collection, unless its description allows it: otherwise a
 * {@link java.lang.NullPointerException} that names the argument is thrown immediately. A method returns null only
 * where its description says so.
 *
 * <h2>Threads</h2>
 *
 * <ul>
 * <li>Servers, acceptors, clients, gateways and routers may be used by any number of threads concurrently. {@link
 * dev.fcgi.FcgiAcceptor#accept} and {@link dev.fcgi.cgi.CgiFast} may be used only by one thread, that of the loop. Any
 * thread may be virtual or a platform thread.
 * <li>Requests without streams, parameters, options, cookies, decisions and other values are immutable.
 * <li>Builders, the streams of a request, a {@link dev.fcgi.cgi.CgiExchange} and a
 *     {@link dev.fcgi.client.ClientResponse} belong to one thread at a time. {@link dev.fcgi.Request} says which of its
 *     methods any thread may call.
 * <li>Handlers run concurrently, so whatever they share must be thread-safe. The library calls user code without
 * holding a lock, so that code may call the library.
 * </ul>
 *
 * <h2>What blocks</h2>
 *
 * Starting and stopping ({@code start}, {@code serve}, {@code shutdown}, {@code close}), waiting for a request ({@code
 * accept}, {@code next}), sending one ({@code send}, {@code getValues}, {@code respond}), the streams of requests and
 * responses, and whatever reads or writes those streams: {@code head()}, the parameters of a form, {@code flush()}.
 * Resolving a host name blocks too: {@code listen(String)} resolves it immediately, a client when it connects. Nothing
 * else blocks. The timeouts of the builders limit how long a peer can make a stream wait. An interrupt ends a blocking
 * call with an {@link java.lang.InterruptedException} or, in streams and the client, with an {@link
 * java.io.InterruptedIOException} and the interrupt flag set again.
 *
 * <h2>Arrays and streams</h2>
 *
 * Arrays, collections and builders passed as arguments are copied, and those returned are copies or unmodifiable,
 * unless the description says otherwise. The streams of a {@link dev.fcgi.Request} belong to the request: they need not
 * be closed, and end with it. A stream that is the body of a {@link dev.fcgi.client.ClientRequest} is closed by the
 * client in every case. The caller that gets a {@link dev.fcgi.client.ClientResponse}, or creates a client, a server or
 * an acceptor, must close it; a server program that ends without calling {@code shutdown} or {@code close} loses the
 * requests in flight.
 *
 * <h2>Java and systems</h2>
 *
 * JDK 21 and later, on the module path ({@code requires dev.fcgi}) or the class path. Tested on Linux, with Unix
 * sockets and TCP. macOS and Windows have not been tested: TCP needs nothing that they lack, a socket inherited as file
 * descriptor 0 is not available on Windows, and modes and groups of socket files require POSIX.
 *
 * <h2>Versions</h2>
 *
 * Before 1.0 everything may change. Within 1.x, programs that compile and run will continue to do so, including on JDK
 * 21. A minor version may add types, methods, settings, and enum constants, so a {@code switch} over an enum needs a
 * {@code default}. The texts of messages and logs, {@code toString}, the defaults of limits, and packages that are not
 * exported may change at any time. {@link dev.fcgi.Request}, {@link dev.fcgi.FilterRequest} and {@link dev.fcgi.Params}
 * are implemented by the library only and may gain methods; tests use {@link dev.fcgi.OfflineRequest} instead of
 * implementing them. {@link dev.fcgi.ServerStats} may get further counters: programs read it, and do not construct it.
 *
 * <h2>What this is not</h2>
 *
 * <ul>
 * <li>It is neither a servlet container nor an adapter for one: a handler has streams and meta-variables, or CGI.pm's
 * view of them.
 * <li>It has no HTTP server, TLS or authentication: they are the task of the web server.
 * <li>It is not a process manager: systemd, spawn-fcgi, lighttpd and others start, watch and restart programs.
 * <li>It has no asynchronous or reactive API: threads are virtual, and blocking provides backpressure.
 * <li>It has not been tried as a native image. The library uses no reflection, resources, service files, proxies or
 * native code, so nothing should need configuration; whether the socket on file descriptor 0 works there is unknown. A
 * run-time image made by jlink with a class data archive is known to start quickly.
 * </ul>
 *
 * <p>Section numbers in this documentation are those of the FastCGI Specification, version 1.0 ("FastCGI 3.3"),
 * and of RFC 3875, CGI/1.1 ("RFC 3875 4.1.18").
 */
package dev.fcgi;
