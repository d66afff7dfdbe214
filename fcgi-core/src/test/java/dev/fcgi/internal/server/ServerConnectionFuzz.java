package dev.fcgi.internal.server;

import dev.fcgi.AbortPolicy;
import dev.fcgi.FilterRequest;
import dev.fcgi.Request;
import dev.fcgi.fuzz.Alarm;
import dev.fcgi.fuzz.MemoryTransport;
import dev.fcgi.fuzz.NaiveRecord;
import dev.fcgi.fuzz.Pieces;
import dev.fcgi.internal.conn.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Fuzz target: a whole connection of a web server. Whatever it sends, each request that it has begun ends at most once,
 * and if it was sent completely and the web server waits for it, exactly once; nothing of a request follows its end;
 * every byte of the output belongs to a well-formed record; the connection ends, and nothing is left of it.
 *
 * <p>Input: a byte of options, a byte for the pieces, a byte for the handlers, the stream.
 */
public final class ServerConnectionFuzz {
    private static final int EXECUTOR = 2;
    private static final int SINGLE = 4;
    private static final int NO_INTERRUPT = 8;
    private static final int IN_A_HURRY = 16;
    private static final int RESET = 32;
    private static final int DEAF = 64;

    private static final byte[] TEXT = "0123456789abcdef".repeat(200).getBytes(StandardCharsets.US_ASCII);
    private static final Server[] SERVERS = new Server[16];
    private static final Alarm ALARM = new Alarm("dev.fcgi.server");
    /** What handlers do, besides the number of the request. */
    private static volatile int habit;
    private static volatile String violation;
    private static volatile OutputStream leaked;

    private ServerConnectionFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 3) {
            return;
        }
        int flags = input[0];
        habit = input[2] & 0xFF;
        Server server = server(flags & 15);
        ServerModel model = new ServerModel(input, 3, server.context.options);
        boolean deaf = (flags & DEAF) != 0;
        MemoryTransport transport = new MemoryTransport(new Pieces(input, 3, input[1]),
                new Pieces(input, 3, deaf ? input[1] : 0), (flags & RESET) != 0,
                deaf ? 8 * (input[1] & 0xFF) : Integer.MAX_VALUE);
        boolean waits = (flags & IN_A_HURRY) == 0 && !deaf;
        if (waits) {
            transport.keepUntil(model::isSatisfied);
        }
        server.connect(transport).run();
        fail(transport.awaitClose());
        awaitHandlers(server);
        model.check(transport, waits);
        fail(violation);
        fail(ALARM.take());
        checkLeaked();
    }

    private static Server server(int flags) {
        if (SERVERS[flags] == null) {
            Options options = new Options();
            options.responder = ServerConnectionFuzz::respond;
            options.authorizer = ServerConnectionFuzz::authorize;
            options.filter = ServerConnectionFuzz::filter;
            options.executor = (flags & EXECUTOR) != 0 ? Thread::startVirtualThread : null;
            options.maxRequestsPerConnection = (flags & SINGLE) != 0 ? 1 : 4;
            options.abortPolicy = (flags & NO_INTERRUPT) != 0 ? AbortPolicy.SIGNAL : AbortPolicy.INTERRUPT;
            options.maxParamsLength = 600;
            options.maxParamsCount = 8;
            options.inputBuffer = 256;
            options.outputBuffer = 300;
            options.maxStderrLength = 50;
            Log everything = new Log("dev.fcgi.server", Integer.MAX_VALUE, Integer.MAX_VALUE, System::nanoTime);
            SERVERS[flags] = new Server(options, List.of(), everything);
            SERVERS[flags].start(lost -> { });
        }
        return SERVERS[flags];
    }

    // ---- handlers

    private static void respond(Request request) throws IOException {
        leaked = request.stdout();
        switch ((habit + request.id()) % 8) {
            case 0 -> request.stdin().transferTo(request.stdout());
            case 1 -> request.stdout().write(TEXT, 0, 10);
            case 2 -> {
                request.stdout().write(TEXT);
                request.stdout().flush();
            }
            case 3 -> {
                request.stdout().write(request.stdin().read());
                request.finish();
                checkEnded(request);
            }
            case 4 -> throw new Alarm.Intended();
            case 5 -> {
                request.stdout().write(TEXT, 0, 5);
                request.stdout().flush();
                throw new Alarm.Intended();
            }
            case 6 -> {
                request.stderr().write(TEXT, 0, 100);
                request.appStatus(habit);
                while (request.stdin().read() >= 0) {
                    Thread.onSpinWait();
                }
                request.params().toMap().forEach((name, value) -> request.meta(name));
            }
            default -> {
                request.stdin().close();
                request.onAbort(() -> { });
                request.stdout().write(request.params().get("SCRIPT_NAME", "-").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void checkEnded(Request request) {
        try {
            request.stdout().write(TEXT);
            request.stdout().flush();
            violation = "a write after finish()";
        } catch (IOException expected) {
            // it has ended
        }
    }

    private static void authorize(Request request) throws IOException {
        String status = habit % 2 == 0 ? "200 OK" : "403 Forbidden";
        request.stdout().write(("Status: " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void filter(FilterRequest request) throws IOException {
        respond(request);
        if (habit % 3 != 0) {
            request.data().transferTo(request.stdout());
        }
    }

    // ---- checks

    private static void awaitHandlers(Server server) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.stats().activeRequests() != 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(server.stats().activeRequests() + " requests in flight without a connection");
            }
            Thread.yield();
        }
    }

    private static void checkLeaked() {
        OutputStream stream = leaked;
        leaked = null;
        if (stream != null) {
            try {
                stream.write(TEXT);
                stream.flush();
            } catch (IOException expected) {
                return;
            }
            throw new AssertionError("a write after the end");
        }
    }

    private static void fail(String what) {
        if (what != null) {
            violation = null;
            throw new AssertionError(what);
        }
    }
}
