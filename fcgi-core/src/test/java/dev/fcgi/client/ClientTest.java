package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.fcgi.internal.conn.LateThreads;
import dev.fcgi.internal.conn.ManualClock;
import dev.fcgi.internal.wire.LargeBuffers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Base of tests of a client: scripted servers and clients, which are closed afterwards with all their connections. */
abstract class ClientTest {
    @TempDir
    Path directory;
    ScriptedServer server;
    FcgiClient client;
    /** Null for real time. */
    ManualClock clock;
    final int lentBefore = LargeBuffers.lent();
    private final List<ScriptedServer> servers = new ArrayList<>();
    private final List<FcgiClient> clients = new ArrayList<>();
    private final List<CountDownLatch> latches = new ArrayList<>();

    @BeforeAll
    static void beLate() {
        LateThreads.install();
    }

    @AfterEach
    void closeAll() throws Exception {
        clients.forEach(FcgiClient::close);
        latches.forEach(CountDownLatch::countDown);
        try {
            for (ScriptedServer one : servers) {
                one.awaitAllClosed();
            }
        } finally {
            for (ScriptedServer one : servers) {
                one.close();
            }
        }
        until("all large buffers are given back", () -> LargeBuffers.lent() <= lentBefore);
    }

    ScriptedServer serve(ScriptedServer.Script script) throws IOException {
        return add(ScriptedServer.unix(directory.resolve("s" + servers.size()), script));
    }

    ScriptedServer serveTcp(ScriptedServer.Script script) throws IOException {
        return add(ScriptedServer.tcp(script));
    }

    private ScriptedServer add(ScriptedServer one) {
        servers.add(one);
        server = one;
        return one;
    }

    /** A client of the last server. */
    FcgiClient client(UnaryOperator<FcgiClient.Builder> settings) throws IOException {
        return clientOf(b -> {
            try {
                return settings.apply(b.address(server.address()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    FcgiClient clientOf(UnaryOperator<FcgiClient.Builder> settings) {
        FcgiClient.Builder builder = FcgiClient.builder();
        // the default of a second is real time here: on a busy machine connections would not last for a test
        client = settings.apply(clock == null ? builder.keepAliveTimeout(seconds(60)) : builder.clock(clock)).build();
        clients.add(client);
        return client;
    }

    CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        latches.add(gate);
        return gate;
    }

    static Duration millis(long time) {
        return Duration.ofMillis(time);
    }

    static Duration seconds(long time) {
        return Duration.ofSeconds(time);
    }

    /** From now on clients use a clock that the test advances. */
    ManualClock holdTime() {
        clock = new ManualClock();
        return clock;
    }

    /** Advances the clock until a task has ended. */
    <T> CompletableFuture<T> inTime(CompletableFuture<T> future) {
        clock.until("the task ends", future::isDone);
        return future;
    }

    /** Advances the clock until a task fails by a timeout, and not earlier. */
    void assertLimit(RequestTimeoutException.Limit limit, Duration time, CompletableFuture<?> task) throws Exception {
        Duration waited = clock.until("the limit is exceeded", task::isDone);
        assertLimit(limit, failure(RequestTimeoutException.class, task));
        assertTrue(waited.compareTo(time) >= 0, "after " + waited);
    }

    static ClientRequest get(String path) {
        return ClientRequest.responder().params(CgiParams.of("GET", path)).build();
    }

    static ClientRequest post(String path, String body) {
        return ClientRequest.responder().params(CgiParams.of("POST", path)).body(body).build();
    }

    String call(String path) throws IOException {
        return call(get(path));
    }

    /** {@return the body of the response} */
    String call(ClientRequest request) throws IOException {
        try (ClientResponse response = client.send(request)) {
            return text(response);
        }
    }

    static String text(ClientResponse response) throws IOException {
        return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(10, TimeUnit.SECONDS), "a latch stayed closed");
    }

    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("did not come true: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(2); // between polls
        }
    }

    static <T> CompletableFuture<T> async(Callable<T> task) {
        return run(Thread.ofVirtual(), task);
    }

    static <T> CompletableFuture<T> run(Thread.Builder thread, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    static <T> T result(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    /** {@return what a task failed with} */
    static <E extends Throwable> E failure(Class<E> type, CompletableFuture<?> future) throws Exception {
        try {
            Object result = result(future);
            return fail("no failure, but " + result);
        } catch (ExecutionException e) {
            if (!type.isInstance(e.getCause())) {
                throw e;
            }
            return type.cast(e.getCause());
        }
    }

    static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(10, TimeUnit.SECONDS);
        assertTrue(taken != null, "nothing came");
        return taken;
    }

    static <T> BlockingQueue<T> queue() {
        return new LinkedBlockingQueue<>();
    }

    static void assertLimit(RequestTimeoutException.Limit limit, RequestTimeoutException e) {
        assertEquals(limit, e.limit(), e::toString);
    }
}
