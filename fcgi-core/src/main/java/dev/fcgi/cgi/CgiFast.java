package dev.fcgi.cgi;

import dev.fcgi.FcgiAcceptor;
import dev.fcgi.Request;
import dev.fcgi.Responder;
import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.SocketPath;
import dev.fcgi.internal.server.LoopThread;
import dev.fcgi.internal.server.PlainCgiRequest;
import java.io.IOException;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
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
 * <p>A request that is malformed or too large does not end this loop: its parameters are empty, and an error page
 * replaces the response, see {@link CgiExchange#cgiError}. But an exception that leaves the loop ends the program, and
 * clients can cause some: {@link CgiExchange#stream}, {@link CgiExchange#flush} and {@link CgiExchange#body} throw one
 * after the browser has disconnected, and a thread that waits is then interrupted. Programs that do more than read
 * parameters and print text should use {@link #serve}, where an exception ends only its own request.
 *
 * {@snippet :
 * public static void main(String[] args) throws Exception {
 *     CgiFast.serve(args, q -> q.out().println("hello " + q.param("name")));
 * }
 * }
 *
 * <p>The first call decides where requests come from, by the same environment variables as CGI::Fast:
 * <ul>
 * <li>{@code FCGI_SOCKET_PATH} names a socket to listen on: a path, {@code host:port}, or {@code :port} for all
 *     interfaces; {@code FCGI_SOCKET_PERM} is the mode of the socket file in octal, {@code FCGI_LISTEN_QUEUE} the
 *     backlog, 100 by default;
 * <li>else the socket on file descriptor 0;
 * <li>else, if REQUEST_METHOD is set, this is a plain CGI program and there is one request;
 * <li>else the program was started by hand: there is one GET request, whose query is built from the arguments, {@code
 *     name=value} or keywords, and the response is printed.
 * </ul> {@code FCGI_WEB_SERVER_ADDRS} restricts which peers may connect. After a SIGTERM, the loop gets the requests
 * that have arrived, and then null.
 *
 * <p>Each call of {@link #next} ends the previous request. If a program leaves the loop before it got null, by {@code
 * break}, {@code System.exit} or an exception, its last request ends when the program ends; after an exception the
 * response has status 500, unless output was already sent. {@link CgiExchange#close()} ends it immediately.
 *
 * <p>There is one loop for each program. Its thread must make all calls except {@link #options}, which any thread may
 * call. A program with several loops, or with other settings, uses {@link FcgiAcceptor} and {@link CgiExchange#of}.
 */
public final class CgiFast {
    private static volatile CgiOptions options = CgiOptions.DEFAULT;

    // confined to the thread of the loop; to the shutdown hook once that thread has left the loop
    private static volatile Thread loop;
    private static volatile FcgiAcceptor acceptor;
    private static volatile CgiExchange current;
    private static volatile PlainCgiRequest byHand;

    private CgiFast() {}

    /**
     * Sets limits and defaults of later exchanges. Does not block; may be called by any thread.
     *
     * @param chosen the new options
     */
    public static void options(CgiOptions chosen) {
        options = Objects.requireNonNull(chosen, "chosen");
    }

    /**
     * Ends the previous request, sends the rest of its response, and blocks until the next request has arrived. No
     * state is carried over from one request to the next.
     *
     * @param arguments the arguments of the program, used when it was started by hand
     * @return the next request; null when there will be none
     * @throws IOException when listening on the socket fails. A web server that has closed its connection is not an
     * error
     * @throws InterruptedException when the thread was interrupted while waiting
     * @throws IllegalArgumentException when {@code FCGI_SOCKET_PATH}, {@code FCGI_SOCKET_PERM} or {@code
     *     FCGI_LISTEN_QUEUE} is malformed; the message shows the expected form
     */
    public static CgiExchange next(String... arguments) throws IOException, InterruptedException {
        endCurrent();
        if (byHand != null) {
            return null;
        }
        open(arguments);
        Request request = byHand != null ? byHand : acceptor.accept();
        current = request == null ? null : CgiExchange.ofLoop(request, options);
        return current;
    }

    /**
     * Runs the whole loop: a handler handles requests on the calling thread, one at a time, until there are no more. An
     * exception from the handler ends only its own request, as in a server, see {@link CgiHandler#handle}.
     *
     * @param arguments the arguments of the program, used when it was started by hand
     * @param handler the handler
     * @throws InterruptedException when the thread was interrupted while waiting
     * @throws IllegalArgumentException as {@link #next}
     * @throws Exception when listening on the socket fails; also the exception of the handler when there is only one
     *     request, with plain CGI or when started by hand
     */
    public static void serve(String[] arguments, CgiHandler handler) throws Exception {
        Objects.requireNonNull(handler, "handler");
        open(arguments);
        Responder responder = handler.toResponder(options);
        if (byHand == null) {
            acceptor.serve(responder);
            return;
        }
        try {
            responder.respond(byHand);
        } finally {
            byHand.end();
        }
    }

    private static void open(String[] arguments) throws IOException {
        Objects.requireNonNull(arguments, "arguments");
        if (acceptor != null) {
            return;
        }
        acceptor = open();
        if (acceptor.isCgi() && System.getenv("REQUEST_METHOD") == null) {
            byHand = PlainCgiRequest.byHand(query(arguments));
        }
        watch(Thread.currentThread());
    }

    /**
     * Nothing tells us that the loop was left, except the end of the program: an exception, or only the shutdown hook.
     */
    private static void watch(Thread thread) {
        loop = thread;
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((same, e) -> {
            CgiExchange failed = current;
            if (failed != null) {
                failed.fail(e);
            }
            before.uncaughtException(same, e);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(CgiFast::shutDown));
    }

    private static void shutDown() {
        if (LoopThread.hasLeft(loop)) {
            endCurrent();
        }
        acceptor.close();
    }

    private static FcgiAcceptor open() throws IOException {
        String path = System.getenv("FCGI_SOCKET_PATH");
        if (path == null || path.isEmpty()) {
            return FcgiAcceptor.inherited();
        }
        FcgiAcceptor.Builder builder = FcgiAcceptor.builder().listen(Address.text(SocketPath.parse(path)))
                .backlog(SocketPath.backlog(System.getenv("FCGI_LISTEN_QUEUE")));
        Set<PosixFilePermission> mode = SocketPath.mode(System.getenv("FCGI_SOCKET_PERM"));
        if (mode != null) {
            builder.unixMode(mode);
        }
        return builder.open();
    }

    private static void endCurrent() {
        CgiExchange ending = current;
        current = null;
        if (ending == null) {
            return;
        }
        try {
            ending.close();
            if (byHand != null) {
                byHand.end();
            }
        } catch (IOException ignored) {
            // the web server has aborted this request, which does not concern the next one
        }
    }

    /** As in CGI.pm, the arguments are keywords if none has the form name=value. */
    private static String query(String[] arguments) {
        boolean pairs = Stream.of(arguments).anyMatch(argument -> argument.indexOf('=') >= 0);
        return String.join(pairs ? "&" : "+", arguments);
    }
}
