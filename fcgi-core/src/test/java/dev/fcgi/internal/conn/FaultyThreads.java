package dev.fcgi.internal.conn;

import dev.fcgi.fault.Faults;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads of the library that fail to start; those that run are counted. */
public final class FaultyThreads {
    private static final AtomicInteger RUNNING = new AtomicInteger();

    private FaultyThreads() {}

    public static void install(Faults faults) {
        LibraryThreads.use(task -> {
            faults.operation("thread");
            return LibraryThreads.FACTORY.newThread(() -> {
                RUNNING.incrementAndGet();
                try {
                    task.run();
                } finally {
                    RUNNING.decrementAndGet();
                }
            });
        });
    }

    public static void remove() {
        LibraryThreads.use(LibraryThreads.FACTORY);
    }

    /** {@return how many threads that were started since {@link #install} are at work} */
    public static int running() {
        return RUNNING.get();
    }
}
