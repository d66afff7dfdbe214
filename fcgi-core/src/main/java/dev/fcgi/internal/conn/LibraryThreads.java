package dev.fcgi.internal.conn;

import java.util.concurrent.ThreadFactory;

/**
 * Virtual threads of the library. They inherit nothing from the thread that starts them, which may be that of a
 * handler.
 */
public final class LibraryThreads {
    static final ThreadFactory FACTORY = Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    /** Replaced in tests by one whose threads fail to start. */
    private static volatile ThreadFactory factory = FACTORY;

    private LibraryThreads() {}

    /**
     * Makes the JDK create its poller for virtual threads. The JDK does so when a virtual thread first waits for a
     * socket; if no file descriptors are left at that moment, no virtual thread can ever wait in this process (seen
     * with JDK 21).
     */
    public static void prepareToWait() {
        try {
            Class.forName("sun.nio.ch.Poller");
        } catch (ClassNotFoundException ignored) {
            // a JDK with a different implementation
        }
    }

    public static void start(Runnable task) {
        factory.newThread(task).start();
    }

    static void use(ThreadFactory other) {
        factory = other;
    }
}
