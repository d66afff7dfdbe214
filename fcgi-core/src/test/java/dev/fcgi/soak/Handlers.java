package dev.fcgi.soak;

import dev.fcgi.Authorizer;
import dev.fcgi.Decision;
import dev.fcgi.Filter;
import dev.fcgi.FilterRequest;
import dev.fcgi.Request;
import dev.fcgi.RequestAbortedException;
import dev.fcgi.Responder;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Follows the plan of each request, and checks what a handler can see. */
final class Handlers implements Responder, Filter, Authorizer {
    /** What a handler throws because its plan says so. */
    private static final class Planned extends Exception {
        private static final long serialVersionUID = 1;

        Planned() {
            super("as planned", null, false, false);
        }
    }

    private final Ledger ledger;

    Handlers(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void respond(Request request) throws Exception {
        handle(request, InputStream.nullInputStream());
    }

    @Override
    public void filter(FilterRequest request) throws Exception {
        handle(request, request.data());
    }

    @Override
    public Decision authorize(Request request) throws Exception {
        Plan plan = begin(request);
        try {
            pause(plan, request);
            if (plan.ending() == Plan.Ending.THROW_FIRST) {
                throw new Planned();
            }
            return plan.decision();
        } finally {
            ledger.left();
        }
    }

    private Plan begin(Request request) {
        Plan plan = Plan.decode(request.meta(Plan.PARAM));
        ledger.entered(plan);
        if (Thread.currentThread().isInterrupted() && !request.isAborted()) {
            ledger.violation("interrupted from the start: " + plan);
        }
        if (request.role() != plan.role()) {
            ledger.violation("role " + request.role() + ": " + plan);
        }
        return plan;
    }

    private void handle(Request request, InputStream data) throws Exception {
        Plan plan = begin(request);
        CountDownLatch aborted = new CountDownLatch(1);
        AtomicInteger actions = new AtomicInteger();
        request.onAbort(() -> {
            aborted.countDown();
            ledger.count("onAbort actions");
            if (actions.incrementAndGet() > 1 || !request.isAborted()) {
                ledger.violation("onAbort ran " + actions + " times, aborted " + request.isAborted() + ": " + plan);
            }
        });
        try {
            follow(plan, request, data, aborted);
        } catch (RequestAbortedException e) {
            if (!request.isAborted()) {
                ledger.violation("not aborted, but its streams say so: " + plan);
            }
            throw e;
        } catch (IOException e) {
            if (!request.isAborted()) {
                ledger.violation("a handler's stream failed: " + e + ": " + plan);
            }
            throw e;
        } finally {
            ledger.left();
        }
    }

    private void follow(Plan plan, Request request, InputStream data, CountDownLatch aborted) throws Exception {
        if (plan.ending() == Plan.Ending.THROW_FIRST) {
            throw new Planned();
        }
        pause(plan, request);
        read(plan, request.stdin(), plan.stdinStream(), plan.input());
        read(plan, data, plan.dataStream(), plan.data());
        switch (plan.ending()) {
            case OTHER_THREAD -> answerElsewhere(plan, request);
            case FINISH -> {
                answer(plan, request, plan.output());
                request.finish();
                expectDead(plan, request);
                pause(plan, request);
            }
            case THROW_LATER -> {
                answer(plan, request, plan.output() / 2);
                request.stdout().flush();
                throw new Planned();
            }
            case OVERFLOW -> {
                request.stdout().write(Plan.OVERFLOW_TEXT);
                recurse(0);
            }
            case WAIT -> {
                answer(plan, request, plan.output() / 2);
                request.stdout().flush();
                awaitAbort(plan, request, aborted);
                expectDead(plan, request);
            }
            default -> answer(plan, request, plan.output());
        }
        if (plan.ending() == Plan.Ending.INTERRUPTED) {
            Thread.currentThread().interrupt();
        }
    }

    /** Only an abort interrupts. */
    private void interrupted(Plan plan, Request request) throws RequestAbortedException {
        if (!request.isAborted()) {
            ledger.violation("interrupted without a cause: " + plan);
        }
        throw new RequestAbortedException(RequestAbortedException.Reason.ABORT_REQUEST, null);
    }

    private void pause(Plan plan, Request request) throws IOException {
        try {
            if (plan.pause() > 0) {
                Thread.sleep(plan.pause()); // a slow handler is what is played here
            }
        } catch (InterruptedException e) {
            if (plan.ending() != Plan.Ending.FINISH) {
                interrupted(plan, request);
            }
        }
    }

    private void awaitAbort(Plan plan, Request request, CountDownLatch aborted) {
        try {
            if (!aborted.await(120, TimeUnit.SECONDS)) {
                ledger.violation("never cancelled: " + plan);
            }
        } catch (InterruptedException e) {
            if (!request.isAborted()) {
                ledger.violation("interrupted without a cause: " + plan);
            }
        }
    }

    private void read(Plan plan, InputStream in, long stream, int length) throws IOException {
        byte[] bytes = new byte[8192];
        int read = 0;
        int wanted = plan.read(length);
        while (read < wanted) {
            int count = in.read(bytes, 0, Math.min(bytes.length, wanted - read));
            if (count <= 0) {
                ledger.violation("input ended after " + read + " of " + length + ": " + plan);
                return;
            }
            if (!Content.matches(stream, read, bytes, 0, count)) {
                ledger.violation("other input between " + read + " and " + (read + count) + ": " + plan);
                return;
            }
            read += count;
        }
        if (plan.reading() == Plan.Reading.ALL && in.read() != -1) {
            ledger.violation("input beyond " + length + ": " + plan);
        }
    }

    private static void answer(Plan plan, Request request, int length) throws IOException {
        if (plan.stderr() > 0) {
            request.stderr().write("e".repeat(plan.stderr()).getBytes());
        }
        request.appStatus(plan.status());
        request.stdout().write(plan.head());
        for (int at = 0; at < length; at += plan.piece()) {
            request.stdout().write(Content.of(plan.stdoutStream(), at, Math.min(plan.piece(), length - at)));
            if (plan.flush()) {
                request.stdout().flush();
            }
        }
    }

    private static void answerElsewhere(Plan plan, Request request) throws Exception {
        Thread other = Thread.startVirtualThread(() -> {
            try {
                answer(plan, request, plan.output());
                request.finish();
            } catch (IOException ignored) {
                // aborted, which the peer sees
            }
        });
        boolean interrupted = false;
        while (other.isAlive()) {
            try {
                other.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes nothing on the way: see "What is not promised" in docs/reliability.md. */
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    /** After the end of a request, all its streams fail for every thread. */
    private void expectDead(Plan plan, Request request) {
        try {
            request.stdout().write('!');
            request.stdout().flush();
            ledger.violation("STDOUT is usable after the end: " + plan);
        } catch (IOException expected) {
            ledger.count("late writes that failed");
        }
    }
}
