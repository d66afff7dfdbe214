package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * The actions that a handler has registered for an abort of its request. Each runs on a separate thread, because it is
 * foreign code.
 *
 * <p>Guarded by the connection's lock.
 */
final class AbortActions {
    private final Log log;
    /** Used in log messages. */
    private final Object request;
    private final List<Runnable> waiting = new ArrayList<>(2);

    AbortActions(Log log, Object request) {
        this.log = log;
        this.request = request;
    }

    /** Runs an action at the abort, or now if the request was already aborted. */
    void add(Runnable action, boolean aborted) {
        if (aborted) {
            start(action);
        } else {
            waiting.add(action);
        }
    }

    /** Runs the actions after an abort. Throws nothing. */
    void start() {
        for (int i = 0; i < waiting.size(); i++) { // needs no memory
            start(waiting.get(i));
        }
    }

    private void start(Runnable action) {
        try {
            LibraryThreads.start(() -> run(action));
        } catch (Throwable e) { // OutOfMemoryError
            log.log(Level.WARNING, e, "cannot start a thread for an onAbort action: {0}", request);
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            log.log(Level.WARNING, e, "onAbort action failed: {0}", request);
        }
    }
}
