package dev.fcgi.internal.conn;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a server or a client has to say. Loggers are code of others, which may block, throw, or call back into the
 * library; so a line is only left here, by any thread, with whatever locks it holds, and the {@link LogThread} gives it
 * to the logger. Never throws, never blocks.
 *
 * <p>The format of a line is the kind of event that it tells of, and each kind has a limit: some lines in each period,
 * the first with the stack trace of its cause. What is over the limit is counted, and the count is said at the end of
 * the period. DEBUG has no limit but the room that lines have to wait in.
 */
public final class Log {
    private static final int LINES = 10;
    private static final int TRACES = 1;
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(10);

    private static final class Kind {
        final Level level;
        long since;
        int said;
        long leftOut;

        Kind(Level level) {
            this.level = level;
        }
    }

    private final Logger logger;
    private final int lines;
    private final int traces;
    private final Clock clock;
    /** Under it nothing is called but the clock. */
    private final ReentrantLock lock = new ReentrantLock();
    /** By format; guarded by the lock. */
    private final Map<String, Kind> kinds = new HashMap<>();
    /** What the logger has said about DEBUG, and when: it is asked by the log thread, too. */
    private volatile boolean debug = true;
    private volatile long debugAsked;

    /**
     * Creates a log with limits of its own.
     *
     * @param lines how many lines of a kind are said in a period
     * @param traces how many of them come with a stack trace
     * @param clock tells when a period is over
     */
    public Log(String name, int lines, int traces, Clock clock) {
        this.logger = System.getLogger(name);
        this.lines = lines;
        this.traces = traces;
        this.clock = clock;
    }

    public static Log of(String name) {
        return new Log(name, LINES, TRACES, Clock.SYSTEM);
    }

    /** Leaves a line with parameters, {@code {0}} and so on. */
    public void log(Level level, String format, Object... parameters) {
        log(level, null, format, parameters);
    }

    /**
     * Leaves a line.
     *
     * @param cause its stack trace, or its name, is added to the line; null for none. Nothing of it is called here
     * @param format a constant: each has a limit of its own
     * @param parameters objects of the library or of the JDK
     */
    public void log(Level level, Throwable cause, String format, Object... parameters) {
        try {
            if (level == Level.DEBUG) {
                if (debug || clock.nanoTime() - debugAsked > PERIOD) {
                    LogThread.add(new Line(this, level, text(format, parameters), cause, true));
                }
                return;
            }
            int number = count(level, format);
            if (number <= lines) {
                LogThread.add(new Line(this, level, text(format, parameters), cause, number <= traces));
            }
        } catch (Throwable ignored) {
            // out of memory or stack: nothing is left to say it with
        }
    }

    /** {@return the number of a line of some kind in this period} */
    private int count(Level level, String format) {
        lock.lock();
        try {
            Kind kind = kinds.computeIfAbsent(format, first -> new Kind(level));
            long now = clock.nanoTime();
            if (kind.said > 0 && now - kind.since >= PERIOD) {
                sayLeftOut(format, kind, now);
            }
            if (kind.said == 0) {
                kind.since = now;
            }
            if (kind.said > lines) {
                kind.leftOut++;
            } else if (++kind.said > lines) {
                kind.leftOut = 1;
            }
            return kind.said;
        } finally {
            lock.unlock();
        }
    }

    /** Says how many lines were left out in periods that are over. Called by a clock, every now and then. */
    public void check() {
        sayLeftOut(PERIOD);
    }

    /** Says how many lines were left out so far, and waits for a moment until everything was said. */
    public void close() {
        sayLeftOut(0);
        flush(TimeUnit.SECONDS.toNanos(1));
    }

    /** Blocks until all lines of all logs were said, not longer than some time. */
    public static void flush(long nanos) {
        LogThread.flush(nanos);
    }

    private void sayLeftOut(long period) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            kinds.forEach((format, kind) -> {
                if (kind.leftOut > 0 && now - kind.since >= period) {
                    sayLeftOut(format, kind, now);
                }
            });
        } catch (Throwable ignored) {
            // out of memory: the next time
        } finally {
            lock.unlock();
        }
    }

    /** Locked. A new period begins with the next line. */
    private void sayLeftOut(String format, Kind kind, long now) {
        assert lock.isHeldByCurrentThread();
        if (kind.leftOut > 0) {
            long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(now - kind.since));
            String text = kind.leftOut + " more in the last " + seconds + " s: "
                    + format.replaceAll("\\{\\d}", "...");
            LogThread.add(new Line(this, kind.level, text, null, false));
        }
        kind.leftOut = 0;
        kind.said = 0;
    }

    /** Without the comfort of MessageFormat, which writes numbers as the locale likes them. */
    private static String text(String format, Object[] parameters) {
        StringBuilder text = new StringBuilder();
        int done = 0;
        for (int i; (i = format.indexOf('{', done)) >= 0; done = i + "{0}".length()) {
            text.append(format, done, i).append(parameters[format.charAt(i + 1) - '0']);
        }
        return text.append(format, done, format.length()).toString();
    }

    /** A line that waits for the log thread. */
    record Line(Log log, Level level, String text, Throwable cause, boolean trace) {}

    Logger logger() {
        return logger;
    }

    /** The logger has said whether it wants DEBUG. */
    void debugs(boolean wanted) {
        debug = wanted;
        debugAsked = clock.nanoTime();
    }

    // ---- the trace of all records, for who looks for a fault: whole, in order, on the thread that reads

    /** {@return whether records are traced; asks the logger: to be called without a lock} */
    public boolean isTraced() {
        try {
            return logger.isLoggable(Level.TRACE);
        } catch (Throwable ignored) {
            return false; // nothing is left to tell it to
        }
    }

    /** Logs a line at once: to be called without a lock. */
    public void trace(String format, Object... parameters) {
        try {
            logger.log(Level.TRACE, text(format, parameters));
        } catch (Throwable ignored) {
            // nothing is left to tell it to
        }
    }
}
