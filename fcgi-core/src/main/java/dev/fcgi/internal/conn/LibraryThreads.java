package dev.fcgi.internal.conn;

import java.util.concurrent.ThreadFactory;

/** Virtual threads of the library: they inherit nothing from whoever happens to start them, a handler perhaps. */
public final class LibraryThreads {
    private static final ThreadFactory FACTORY =
            Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    private LibraryThreads() {}

    public static void start(Runnable task) {
        FACTORY.newThread(task).start();
    }
}
