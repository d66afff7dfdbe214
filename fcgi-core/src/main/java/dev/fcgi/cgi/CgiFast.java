package dev.fcgi.cgi;

import dev.fcgi.FcgiAcceptor;
import dev.fcgi.Request;
import dev.fcgi.internal.io.SocketPath;
import java.io.IOException;
import java.util.stream.Stream;

/**
 * The loop of CGI::Fast: {@code while (my $q = CGI::Fast->new) { ... }}.
 *
 * {@snippet :
 * public static void main(String[] args) throws Exception {
 *     for (CgiExchange q; (q = CgiFast.next(args)) != null; ) {
 *         q.out().println("hello " + q.param("name"));
 *     }
 * }
 * }
 *
 * <p>Where requests come from is decided at the first call, by the environment as for CGI::Fast:
 * <ul>
 * <li>{@code FCGI_SOCKET_PATH} names a socket to listen on: a path, {@code host:port}, or {@code :port} for all
 *     interfaces; {@code FCGI_SOCKET_PERM} is the mode of the socket file in octal, {@code FCGI_LISTEN_QUEUE} the
 *     backlog, 100 by default;
 * <li>else the socket on file descriptor 0;
 * <li>else, when there is REQUEST_METHOD, this is a plain CGI program and there is one request;
 * <li>else the program was started by hand: there is one request, GET, whose query is made of the arguments
 *     {@code name=value}, or of keywords, and the response is printed.
 * </ul>
 * {@code FCGI_WEB_SERVER_ADDRS} restricts who may connect. When the process is told to end (SIGTERM), the loop gets the
 * requests that have arrived, then null.
 *
 * <p>Each call of {@link #next} ends the previous request. A program that leaves the loop before it got null calls
 * {@code q.end()} and {@code q.request().finish()} on the last one, or its answer is lost.
 *
 * <p>For the one loop of a program, whose thread makes all calls. A program with several loops, or one that wants to
 * choose, uses {@link FcgiAcceptor} and {@link CgiExchange#of}.
 */
public final class CgiFast {
    private static FcgiAcceptor acceptor;
    private static CgiOptions options = CgiOptions.DEFAULT;
    private static CgiExchange current;
    private static OfflineRequest offline;

    private CgiFast() {}

    /**
     * Sets limits and habits of the exchanges to come.
     *
     * @param chosen the options
     */
    public static synchronized void options(CgiOptions chosen) {
        options = chosen;
    }

    /**
     * Ends the previous request, sending what is left of its response, and waits for the next one. Nothing of one
     * request is left in the next.
     *
     * @param arguments the arguments of the program, for when it was started by hand
     * @return the next request; null when there will be none
     * @throws IOException when the socket cannot be listened on. A web server that is gone is no error
     * @throws InterruptedException when the thread was interrupted while waiting
     * @throws IllegalArgumentException when {@code FCGI_SOCKET_PATH}, {@code FCGI_SOCKET_PERM} or
     *     {@code FCGI_LISTEN_QUEUE} is not as it should be; the message names the right form
     */
    public static synchronized CgiExchange next(String... arguments) throws IOException, InterruptedException {
        endCurrent();
        if (offline != null) {
            return null;
        }
        if (acceptor == null) {
            acceptor = open();
            if (acceptor.isCgi() && System.getenv("REQUEST_METHOD") == null) {
                offline = OfflineRequest.of("GET", "/?" + query(arguments));
                current = CgiExchange.of(offline, options);
                return current;
            }
            Runtime.getRuntime().addShutdownHook(new Thread(acceptor::close));
        }
        Request request = acceptor.accept();
        current = request == null ? null : CgiExchange.of(request, options);
        return current;
    }

    private static FcgiAcceptor open() throws IOException {
        String path = System.getenv("FCGI_SOCKET_PATH");
        return path == null || path.isEmpty()
                ? FcgiAcceptor.inherited()
                : FcgiAcceptor.open(SocketPath.parse(path), SocketPath.backlog(System.getenv("FCGI_LISTEN_QUEUE")),
                        SocketPath.mode(System.getenv("FCGI_SOCKET_PERM")));
    }

    private static void endCurrent() {
        CgiExchange ending = current;
        current = null;
        if (ending == null) {
            return;
        }
        try {
            ending.end();
        } catch (IOException ignored) {
            // the web server has given this request up, which is no concern of the next one
        }
        if (offline != null) {
            // as bytes: the charset of the terminal is not the one of the response
            System.out.writeBytes(offline.outputBytes());
            System.out.flush();
            System.err.print(offline.errorOutput());
            System.err.flush();
        }
    }

    /** As CGI.pm does: without any name=value, the arguments are keywords. */
    private static String query(String[] arguments) {
        boolean pairs = Stream.of(arguments).anyMatch(argument -> argument.indexOf('=') >= 0);
        return String.join(pairs ? "&" : "+", arguments);
    }
}
