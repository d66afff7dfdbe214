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
 * <p>A request that is broken or too large does not end this loop: its parameters are as if nothing had been sent, and
 * an error page takes the place of the answer, see {@link CgiExchange#cgiError}. An exception that leaves the loop ends
 * the program, though, and some are caused by strangers: {@link CgiExchange#stream}, {@link CgiExchange#flush} and
 * {@link CgiExchange#body} throw one when the browser has gone, and whatever waits is interrupted then. {@link #serve}
 * is the loop for programs that do more than reading parameters and printing text: there, any exception costs its own
 * request only.
 *
 * {@snippet :
 * public static void main(String[] args) throws Exception {
 *     CgiFast.serve(args, q -> q.out().println("hello " + q.param("name")));
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
 * <p>Each call of {@link #next} ends the previous request. A program that leaves the loop before it got null, by
 * {@code break}, {@code System.exit} or an exception, ends the last request when it ends itself; the exception makes
 * the answer a 500 unless it was under way. {@link CgiExchange#close()} ends it at once.
 *
 * <p>For the one loop of a program, whose thread makes all calls but {@link #options}, which any may. A program with
 * several loops, or one that wants to choose, uses {@link FcgiAcceptor} and {@link CgiExchange#of}.
 */
public final class CgiFast {
    private static volatile CgiOptions options = CgiOptions.DEFAULT;

    // of the thread of the loop, and of the shutdown hook when that thread has left it
    private static volatile Thread loop;
    private static volatile FcgiAcceptor acceptor;
    private static volatile CgiExchange current;
    private static volatile PlainCgiRequest byHand;

    private CgiFast() {}

    /**
     * Sets limits and defaults of the exchanges to come. Does not block, and may be called by any thread.
     *
     * @param chosen the options
     */
    public static void options(CgiOptions chosen) {
        options = Objects.requireNonNull(chosen, "chosen");
    }

    /**
     * Ends the previous request, sending what is left of its response, and waits for the next one. Nothing of one
     * request is left in the next.
     *
     * @param arguments the arguments of the program, for when it was started by hand
     * @return the next request; null when there will be none
     * @throws IOException when the socket cannot be listened on. A web server that is gone is not an error
     * @throws InterruptedException when the thread was interrupted while waiting
     * @throws IllegalArgumentException when {@code FCGI_SOCKET_PATH}, {@code FCGI_SOCKET_PERM} or
     *     {@code FCGI_LISTEN_QUEUE} is not as it should be; the message names the right form
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
     * The whole loop: has a handler answer requests, on the calling thread and one at a time, until there will be none.
     * What the handler throws costs its own request only, as in a server, see {@link CgiHandler#handle}.
     *
     * @param arguments the arguments of the program, for when it was started by hand
     * @param handler what answers
     * @throws InterruptedException when the thread was interrupted while waiting
     * @throws IllegalArgumentException as {@link #next}
     * @throws Exception when the socket cannot be listened on; what the handler throws when there is only one request,
     *     of plain CGI or by hand
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

    /** Nobody tells us that the loop was left: the end of the program does, by an exception, or by the hook alone. */
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
            // the web server has given this request up, which does not concern the next one
        }
    }

    /** As CGI.pm does: without any name=value, the arguments are keywords. */
    private static String query(String[] arguments) {
        boolean pairs = Stream.of(arguments).anyMatch(argument -> argument.indexOf('=') >= 0);
        return String.join(pairs ? "&" : "+", arguments);
    }
}
