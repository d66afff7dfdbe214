package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * What a handler wants done when its request is aborted: each action on a thread of its own, being code of others.
 *
 * <p>Guarded by the connection's lock.
 */
final class AbortActions {
    private final Log log;
    /** For the log. */
    private final Object request;
    /** Those that wait for an abort; null when it has come. */
    private List<Runnable> waiting = new ArrayList<>(2);

    AbortActions(Log log, Object request) {
        this.log = log;
        this.request = request;
    }

    /** Has something done at the abort, or now if that has come. */
    void add(Runnable action) {
        if (waiting == null) {
            start(action);
        } else {
            waiting.add(action);
        }
    }

    /** The abort has come. Throws nothing. */
    void start() {
        List<Runnable> actions = waiting;
        waiting = null;
        for (int i = 0; actions != null && i < actions.size(); i++) {
            start(actions.get(i));
        }
    }

    private void start(Runnable action) {
        try {
            LibraryThreads.start(() -> run(action));
        } catch (Throwable e) { // OutOfMemoryError
            log.log(Level.WARNING, e, "no thread for an onAbort action: {0}", request);
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
