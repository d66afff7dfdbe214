package dev.fcgi.internal.conn;

import dev.fcgi.internal.conn.Log.Line;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives lines to loggers, on one thread of the process, which exists only while lines wait. A logger that blocks keeps
 * nobody else waiting; lines are lost then, and counted. A platform thread: a logger may block its carrier.
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
        Thread starting = Thread.ofPlatform().name("fcgi-log").daemon().inheritInheritableThreadLocals(false)
                .unstarted(LogThread::run);
        starting.start();
        thread = starting; // not when that failed, for want of memory: the next line tries again
    }

    private static void run() {
        Line line = null;
        while (true) {
            try {
                line = next(line);
                if (line == null) {
                    return;
                }
                line.say();
            } catch (Throwable ignored) {
                // nothing is left to tell it to
            }
        }
    }

    /** {@return the next line; null when there is none, and the thread ends} */
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

    /** Blocks until no line waits, not longer than some time. An interrupt ends it. */
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
}
