package dev.fcgi.internal.conn;

import dev.fcgi.internal.conn.Log.Line;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.ResourceBundle;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes lines to loggers, on one thread of the process, which exists only while lines wait. A logger that blocks
 * delays nothing else, but then lines are lost, and counted. It is a platform thread, because a logger may block its
 * carrier.
 */
final class LogThread {
    private static final int CAPACITY = 1000;
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Condition IDLE = LOCK.newCondition();

    // guarded by the lock
    private static final Queue<Line> WAITING = new ArrayDeque<>();
    /** Null while nothing waits. */
    private static Thread thread;
    private static long lost;

    private LogThread() {}

    static void add(Line line) {
        LOCK.lock();
        try {
            if (WAITING.size() == CAPACITY) {
                lost++;
            } else {
                WAITING.add(line);
            }
            if (thread == null) {
                start();
            }
        } finally {
            LOCK.unlock();
        }
    }

    private static void start() {
        Thread starting = new Voice();
        starting.start();
        thread = starting; // not if the start failed for lack of memory: the next line tries again
    }

    /** {@return the next line; null when there is none, and then the thread ends} */
    private static Line next(Line before) {
        LOCK.lock();
        try {
            Line line = WAITING.poll();
            if (line == null && lost > 0) {
                line = new Line(before.log(), Level.WARNING, lost + " lines lost: the logger is too slow", null, false);
                lost = 0;
            }
            if (line == null) {
                thread = null;
                IDLE.signalAll();
            }
            return line;
        } finally {
            LOCK.unlock();
        }
    }

    /** Blocks until no line waits, with a time limit. An interrupt ends the wait. */
    static void flush(long nanos) {
        LOCK.lock();
        try {
            long left = nanos;
            while (thread != null && thread != Thread.currentThread() && left > 0) {
                left = IDLE.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * The thread. The loggers of the JDK look on the stack for the class that logs, and take no {@link Logger} for it:
     * with nothing else on the stack they say their own names, which is of more use than a class of ours.
     */
    private static final class Voice extends Thread implements Logger {
        Voice() {
            super(null, null, "fcgi-log", 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            Line line = null;
            while (true) {
                try {
                    line = next(line);
                    if (line == null) {
                        return;
                    }
                    say(line);
                } catch (Throwable ignored) {
                    // nothing is left to tell it to
                }
            }
        }

        /** Gives the line to its logger, which may do anything. */
        private static void say(Line line) {
            Logger logger = line.log().logger();
            if (line.level() == Level.DEBUG) {
                line.log().debugs(logger.isLoggable(Level.DEBUG));
            }
            if (line.cause() == null) {
                logger.log(line.level(), line.text());
            } else if (line.trace()) {
                logger.log(line.level(), line.text(), line.cause());
            } else {
                logger.log(line.level(), line.text() + ": " + line.cause());
            }
        }

        // it is a logger by name only

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            throw new UnsupportedOperationException();
        }
    }
}
