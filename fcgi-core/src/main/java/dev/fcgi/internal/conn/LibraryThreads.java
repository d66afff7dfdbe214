package dev.fcgi.internal.conn;

import java.util.concurrent.ThreadFactory;

/** Virtual threads of the library: they inherit nothing from whoever happens to start them, a handler perhaps. */
public final class LibraryThreads {
    static final ThreadFactory FACTORY = Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    /** Another one in tests, whose threads fail to start. */
    private static volatile ThreadFactory factory = FACTORY;

    private LibraryThreads() {}

    public static void start(Runnable task) {
        factory.newThread(task).start();
    }

    static void use(ThreadFactory other) {
        factory = other;
    }
}
