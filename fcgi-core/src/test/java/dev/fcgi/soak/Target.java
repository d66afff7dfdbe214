package dev.fcgi.soak;

import dev.fcgi.AbortPolicy;
import dev.fcgi.FcgiServer;
import dev.fcgi.ServerStats;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A server under load, on a Unix socket and on a TCP port. */
final class Target {
    private static final long DEADLINE = TimeUnit.SECONDS.toNanos(30);

    /** Where handlers run. */
    enum Running { INLINE, VIRTUAL, POOL }

    private final FcgiServer server;
    private final Ledger ledger;
    private final ExecutorService pool;
    private volatile boolean stopping;

    private Target(FcgiServer server, Ledger ledger, ExecutorService pool) {
        this.server = server;
        this.ledger = ledger;
        this.pool = pool;
    }

    /** Starts a server with random settings; the peers can reach all limits on numbers. */
    static Target open(Running running, Random random, Path socket, Ledger ledger) throws IOException {
        Handlers handlers = new Handlers(ledger);
        FcgiServer.Builder builder = FcgiServer.builder()
                .listen("unix:" + socket).listen(0)
                .responder(handlers).filter(handlers).authorizer(handlers)
                .maxRequests(20).maxRequestsPerConnection(6)
                .abortPolicy(random.nextInt(3) > 0 ? AbortPolicy.INTERRUPT : AbortPolicy.SIGNAL);
        if (random.nextBoolean()) {
            builder.inputBuffer(1024 + random.nextInt(4000)).outputBuffer(64 + random.nextInt(8000));
        }
        ExecutorService pool = null;
        if (running == Running.VIRTUAL) {
            builder.executor(Thread::startVirtualThread);
        } else if (running == Running.POOL) {
            pool = new ThreadPoolExecutor(0, 6, 1, TimeUnit.SECONDS, new SynchronousQueue<>()); // rejects a seventh
            builder.executor(pool);
        }
        return new Target(builder.build().start(), ledger, pool);
    }

    SocketAddress address(Random random) {
        return server.addresses().get(random.nextInt(2));
    }

    /** Draws a request. */
    Plan draw(Random random) {
        return Plan.draw(random, ledger.nextNumber());
    }

    /** {@return whether requests may stay unanswered: only during and after a stop} */
    boolean mayLose() {
        return stopping;
    }

    /** Stops in the middle of the traffic; afterwards nothing may be left. */
    void stop(Duration grace) throws InterruptedException {
        stopping = true;
        ledger.count(server.shutdown(grace) ? "stops: all ended by themselves" : "stops: some were cancelled");
        long deadline = System.nanoTime() + DEADLINE;
        for (ServerStats stats; !isIdle(stats = server.stats()); TimeUnit.MILLISECONDS.sleep(5)) {
            if (System.nanoTime() - deadline > 0) {
                ledger.violation("left over by the server: " + stats);
                break;
            }
        }
        ServerStats stats = server.stats();
        if (stats.protocolErrors() != 0) {
            ledger.violation("nobody broke the protocol: " + stats);
        }
        if (pool != null) {
            pool.shutdown();
            if (!pool.awaitTermination(30, TimeUnit.SECONDS)) {
                ledger.violation("threads of the executor left over");
            }
        }
        ledger.stopped(stats);
    }

    private static boolean isIdle(ServerStats stats) {
        return stats.activeRequests() == 0 && stats.connections() == 0;
    }
}
