package dev.fcgi.internal.conn;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of a server or a client. Loggers are foreign code, which may block, throw, or call back into the library; so
 * any thread, whatever locks it holds, only queues a line here, and the {@link LogThread} passes it to the logger.
 * Never throws, never blocks.
 *
 * <p>The format of a line identifies the kind of event, and each kind has a limit of lines in each period; the first
 * ones have the stack trace of their cause. Further lines are counted, and the count is logged at the end of the
 * period. DEBUG is limited only by the size of the queue.
 */
public final class Log {
    private static final int LINES = 10;
    private static final int TRACES = 1;
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(10);

    private static final class Kind {
        final Level level;
        long since;
        int said;
        long suppressed;

        Kind(Level level) {
            this.level = level;
        }
    }

    private final Logger logger;
    private final int lines;
    private final int traces;
    private final Clock clock;
    /** Only the clock is called while it is held. */
    private final ReentrantLock lock = new ReentrantLock();
    /** By format; guarded by the lock. */
    private final Map<String, Kind> kinds = new HashMap<>();
    /** Whether the logger has DEBUG enabled, and when that was checked; the log thread also checks it. */
    private volatile boolean debug = true;
    private volatile long debugAsked;

    /**
     * Creates a log with its own limits.
     *
     * @param lines how many lines of a kind are logged in a period
     * @param traces how many of them come with a stack trace
     * @param clock determines the periods
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

    /** Queues a line with parameters, {@code {0}} and so on. */
    public void log(Level level, String format, Object... parameters) {
        log(level, null, format, parameters);
    }

    /**
     * Queues a line.
     *
     * @param cause its stack trace, or its name, is added to the line; null for none. None of its methods is called
     * here
     * @param format a constant; each has its own limit
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
            // out of memory or stack: it cannot be logged
        }
    }

    /** {@return the number of this line among those of its kind in this period} */
    private int count(Level level, String format) {
        lock.lock();
        try {
            Kind kind = kinds.computeIfAbsent(format, first -> new Kind(level));
            long now = clock.nanoTime();
            if (kind.said > 0 && now - kind.since >= PERIOD) {
                logSuppressed(format, kind, now);
            }
            if (kind.said == 0) {
                kind.since = now;
            }
            if (kind.said > lines) {
                kind.suppressed++;
            } else if (++kind.said > lines) {
                kind.suppressed = 1;
            }
            return kind.said;
        } finally {
            lock.unlock();
        }
    }

    /** Logs how many lines were suppressed in periods that have ended. Called regularly by the ticker. */
    public void check() {
        logSuppressed(PERIOD);
    }

    /** Logs how many lines were suppressed so far, and waits briefly until everything was logged. */
    public void close() {
        logSuppressed(0);
        flush(TimeUnit.SECONDS.toNanos(1));
    }

    /** Blocks until all lines of all logs were passed on, with a time limit. */
    public static void flush(long nanos) {
        LogThread.flush(nanos);
    }

    private void logSuppressed(long period) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            kinds.forEach((format, kind) -> {
                if (kind.suppressed > 0 && now - kind.since >= period) {
                    logSuppressed(format, kind, now);
                }
            });
        } catch (Throwable ignored) {
            // out of memory: tried again at the next call
        } finally {
            lock.unlock();
        }
    }

    /** Locked. A new period begins with the next line. */
    private void logSuppressed(String format, Kind kind, long now) {
        assert lock.isHeldByCurrentThread();
        if (kind.suppressed > 0) {
            long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(now - kind.since));
            String text = kind.suppressed + " more in the last " + seconds + " s: "
                    + format.replaceAll("\\{\\d}", "...");
            LogThread.add(new Line(this, kind.level, text, null, false));
        }
        kind.suppressed = 0;
        kind.said = 0;
    }

    /** Simpler than MessageFormat, which formats numbers for the locale. */
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

    // ---- the trace of all records, for debugging: complete, in order, on the thread that reads

    /** {@return whether records are traced} Calls the logger, so it must be called without a lock. */
    public boolean isTraced() {
        try {
            return logger.isLoggable(Level.TRACE);
        } catch (Throwable ignored) {
            return false; // it cannot be reported
        }
    }

    /** Logs a line immediately; must be called without a lock. */
    public void trace(String format, Object... parameters) {
        try {
            logger.log(Level.TRACE, text(format, parameters));
        } catch (Throwable ignored) {
            // it cannot be reported
        }
    }
}
