package dev.fcgi.internal.conn;

import java.util.concurrent.ThreadFactory;

/** Virtual threads of the library: they inherit nothing from whoever happens to start them, a handler perhaps. */
public final class LibraryThreads {
    static final ThreadFactory FACTORY = Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    /** Another one in tests, whose threads fail to start. */
    private static volatile ThreadFactory factory = FACTORY;

    private LibraryThreads() {}

    /**
     * Has the JDK make what lets virtual threads wait for sockets. It does so when one first waits; if no file
     * descriptors are left at that moment, none can wait any more, for as long as the process lives (seen with JDK 21).
     */
    public static void prepareToWait() {
        try {
            Class.forName("sun.nio.ch.Poller");
        } catch (ClassNotFoundException ignored) {
            // a JDK that does it otherwise
        }
    }

    public static void start(Runnable task) {
        factory.newThread(task).start();
    }

    static void use(ThreadFactory other) {
        factory = other;
    }
}
