package dev.fcgi.internal.conn;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads of the library that begin late, as on a busy machine: by so many milliseconds as {@code -Dfcgi.late} says. No
 * test may count on a thread that is quick.
 */
public final class LateThreads {
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("fcgi.late", 0));

    private LateThreads() {}

    public static void install() {
        if (NANOS > 0) {
            LibraryThreads.use(task -> LibraryThreads.FACTORY.newThread(() -> {
                LockSupport.parkNanos(NANOS);
                task.run();
            }));
        }
    }
}
