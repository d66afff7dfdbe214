package dev.fcgi.internal.conn;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * A logger that never throws. Loggers are code of others, and messages may be, too; a failure of theirs must not tear a
 * thread out of what it is about to put in order.
 */
public final class Log {
    private final Logger logger;

    private Log(Logger logger) {
        this.logger = logger;
    }

    public static Log of(String name) {
        return new Log(System.getLogger(name));
    }

    public boolean isLoggable(Level level) {
        return logger.isLoggable(level);
    }

    /** Logs a message with parameters, {@code {0}} and so on. */
    public void log(Level level, String format, Object... parameters) {
        try {
            logger.log(level, format, parameters);
        } catch (Throwable ignored) {
            // nothing is left to tell it to
        }
    }

    public void log(Level level, String message, Throwable cause) {
        try {
            logger.log(level, message, cause);
        } catch (Throwable ignored) {
            // nothing is left to tell it to
        }
    }
}
