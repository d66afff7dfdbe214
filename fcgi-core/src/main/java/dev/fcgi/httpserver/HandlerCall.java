package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpExchange;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A call of a handler, passed to the program's executor, which may run it later, twice, or never; the first to claim it
 * decides.
 */
final class HandlerCall implements Runnable {
    private final FcgiHttpContext context;
    private final Exchange exchange;
    private final HttpExchange visible;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final CountDownLatch returned = new CountDownLatch(1);
    /** Written before {@link #returned} is. */
    private Throwable failure;

    HandlerCall(FcgiHttpContext context, Exchange exchange, HttpExchange visible) {
        this.context = context;
        this.exchange = exchange;
        this.visible = visible;
    }

    @Override
    public void run() {
        if (!claimed.compareAndSet(false, true)) {
            return;
        }
        try {
            context.handle(exchange, visible);
        } catch (Throwable e) { // for the FcgiServer, as if its own thread had called the handler
            failure = e;
        } finally {
            returned.countDown();
        }
    }

    /** {@return whether it was not begun and never will be} */
    boolean cancel() {
        boolean first = claimed.compareAndSet(false, true);
        if (first) {
            returned.countDown();
        }
        return first;
    }

    /** Waits until the handler has returned; until then it counts, even if its request was aborted. */
    void await() throws Exception {
        boolean interrupted = false;
        while (true) {
            try {
                returned.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure instanceof Error e) {
            throw e;
        } else if (failure != null) {
            throw (Exception) failure;
        }
    }
}
