package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever an executor does with a task, the request is handled once, or refused, and no permit is lost. */
final class EvilExecutorTest extends ServerTest {
    private final AtomicInteger handled = new AtomicInteger();
    /** The tasks that the executor has received before the first request is released. */
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

    private void startWith(Executor executor) throws IOException {
        start(b -> b.executor(executor).responder(request -> {
            handled.incrementAndGet();
            print(request, new String(request.stdin().readAllBytes()));
        }));
    }

    private static ScriptedPeer ask(ScriptedPeer peer, int id, String body) {
        return peer.head(id, KEEP_CONN, "/").stdin(id, body).endStdin(id);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        until("all requests are given back", () -> server.stats().activeRequests() == 0);
        assertEquals(handled.get(), server.stats().requestsStarted());
    }

    // ---- it rejects

    @Test
    void whatIsRejectedIsRefused() throws Exception {
        AtomicInteger tasks = new AtomicInteger();
        startWith(task -> {
            if (tasks.incrementAndGet() != 2) {
                throw new RejectedExecutionException("full");
            }
            Thread.startVirtualThread(task);
        });
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        ask(peer, 1, "two").expectAnswer(1, "two");
        ask(peer, 1, "three").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectQuiet();
        assertEquals(2, server.stats().requestsRefused());
        assertEquals(0, server.stats().requestsAborted());
        assertTrue(log.has(line -> line.contains("RejectedExecutionException: full")), log.lines().toString());
    }

    @Test
    void anErrorOfTheExecutorRefuses() throws Exception {
        AtomicInteger tasks = new AtomicInteger();
        startWith(task -> {
            if (tasks.incrementAndGet() == 1) {
                throw new OutOfMemoryError("as a test");
            }
            Thread.startVirtualThread(task);
        });
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        ask(peer, 1, "two").expectAnswer(1, "two");
    }

    @Test
    void whatIsRejectedAndRunLaterIsNotRun() throws Exception {
        startWith(task -> {
            held.add(task);
            throw new RejectedExecutionException("full");
        });
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        held.remove().run();
        assertEquals(0, handled.get());
        peer.expectQuiet();
    }

    @Test
    void whatIsRunAndRejectedIsAnsweredOnce() throws Exception {
        startWith(task -> {
            task.run();
            throw new RejectedExecutionException("full");
        });
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectAnswer(1, "one");
        ask(peer, 1, "two").expectAnswer(1, "two").expectQuiet();
        assertEquals(0, server.stats().requestsRefused());
    }

    @Test
    void whatIsRejectedAfterItsEndIsGivenBack() throws Exception {
        holdTime();
        start(b -> b.handlerTimeout(Duration.ofSeconds(5)).responder(request -> handled.incrementAndGet())
                .executor(task -> {
                    while (server.stats().requestsAborted() == 0) {
                        LockSupport.parkNanos(1_000_000); // between looks
                    }
                    throw new RejectedExecutionException("full, after all");
                }));
        ScriptedPeer peer = ask(peer(), 1, "").send();
        clock.until("the time is up", () -> peer.pending() > 0);
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        assertEquals(0, server.stats().requestsRefused());
    }

    // ---- it runs tasks on the calling thread

    @Test
    void onTheCallersThreadAHandlerReadsItsInput() throws Exception {
        startWith(Runnable::run);
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectAnswer(1, "one");
        peer.head(1, KEEP_CONN, "/").send();
        until("the handler runs", () -> handled.get() == 2);
        peer.stdin(1, "la").send().stdin(1, "te").endStdin(1).expectAnswer(1, "late").expectQuiet();
        peer.head(1, 0, "/").stdin(1, "last").endStdin(1).expectAnswer(1, "last").expectClosed();
    }

    @Test
    void onTheCallersThreadAHandlerKeepsNoOtherRequestWaiting() throws Exception {
        startWith(Runnable::run);
        ScriptedPeer peer = peer();
        peer.head(1, KEEP_CONN, "/").send();
        until("the first handler runs", () -> handled.get() == 1);
        ask(peer, 2, "two").expectAnswer(2, "two");
        peer.head(3, KEEP_CONN, "/").head(4, KEEP_CONN, "/").stdin(4, "four").endStdin(4).expectAnswer(4, "four");
        peer.stdin(3, "three").endStdin(3).expectAnswer(3, "three");
        peer.stdin(1, "one").endStdin(1).expectAnswer(1, "one").expectQuiet();
    }

    @Test
    void onTheCallersThreadAHandlerIsAbortedAsElsewhere() throws Exception {
        startWith(Runnable::run);
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").send();
        until("the handler runs", () -> handled.get() == 1);
        peer.abort(1).expectAnswer(1, "");
        ask(peer, 1, "next").expectAnswer(1, "next").head(1, KEEP_CONN, "/").send();
        until("the handler runs", () -> handled.get() == 3);
        peer.close();
        until("the end is seen", () -> server.stats().connections() == 0);
    }

    @Test
    void anInterruptThatIsLeftOnTheCallersThreadCostsNothing() throws Exception {
        startWith(task -> {
            task.run();
            Thread.currentThread().interrupt();
        });
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectAnswer(1, "one");
        ask(peer, 1, "two").expectAnswer(1, "two").expectQuiet();
    }

    // ---- it runs them late, twice, or never

    @Test
    void whatIsRunAfterItsEndIsNotHandled() throws Exception {
        startWith(held::add);
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").send();
        until("the task is given", () -> held.size() == 1);
        peer.abort(1).expectAnswer(1, "");
        assertEquals(1, server.stats().activeRequests()); // while the executor has it
        held.remove().run();
        assertEquals(0, handled.get());
        ask(peer, 1, "two").send();
        until("the task is given", () -> held.size() == 1);
        held.remove().run();
        peer.expectAnswer(1, "two").expectQuiet();
    }

    @Test
    void whatIsRunTwiceIsHandledOnce() throws Exception {
        CountDownLatch both = gate();
        startWith(task -> {
            for (int i = 0; i < 2; i++) {
                Thread.startVirtualThread(() -> {
                    task.run();
                    task.run();
                    both.countDown();
                });
            }
        });
        ScriptedPeer peer = peer();
        ask(peer, 1, "one").expectAnswer(1, "one");
        await(both);
        assertEquals(1, handled.get());
        ask(peer, 1, "two").expectAnswer(1, "two").expectQuiet();
        assertEquals(2, handled.get());
    }

    @Test
    void whatIsNeverRunCountsAgainstTheLimitsAndDoesNotKeepTheStopWaiting() throws Exception {
        holdTime();
        start(b -> b.executor(held::add).maxRequests(2).handlerTimeout(Duration.ofSeconds(5))
                .responder(request -> handled.incrementAndGet()));
        ScriptedPeer peer = peer();
        for (int i = 0; i < 2; i++) {
            ask(peer, 1, "").send();
            clock.until("the time is up", () -> peer.pending() > 0);
            peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        }
        ask(peer, 1, "").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        assertEquals(1, server.stats().requestsRefused());
        CompletableFuture<Boolean> drained = stop(server, Duration.ofSeconds(1));
        clock.until("it stops", drained::isDone);
        assertFalse(drained.join());
        peer.expectClosed();
        held.forEach(Runnable::run);
        assertEquals(0, handled.get());
    }
}
