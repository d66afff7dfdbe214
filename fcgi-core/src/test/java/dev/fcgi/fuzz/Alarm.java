package dev.fcgi.fuzz;

import dev.fcgi.LogCapture;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Watches the logs of the library for unexpected exceptions that it has caught. */
public final class Alarm {
    /** What handlers of fuzz targets throw. */
    public static final class Intended extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Intended() {
            super("intended", null, false, false);
        }
    }

    private final AtomicReference<String> first = new AtomicReference<>();
    private final List<LogCapture> captures = new ArrayList<>(); // strong references

    public Alarm(String... loggers) {
        for (String logger : loggers) {
            captures.add(new LogCapture(logger, this::logged));
        }
    }

    private void logged(String line, Throwable thrown) {
        boolean meant = thrown == null || !isUnchecked(thrown);
        if (!meant || line.startsWith("SEVERE")) {
            StringWriter trace = new StringWriter();
            if (thrown != null) {
                thrown.printStackTrace(new PrintWriter(trace));
            }
            first.compareAndSet(null, line + "\n" + trace);
        }
    }

    private static boolean isUnchecked(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error || cause instanceof RuntimeException && !(cause instanceof Intended)) {
                return true;
            }
        }
        return false;
    }

    /** {@return what was logged since the last call, or null} */
    public String take() {
        LogCapture.flush();
        return first.getAndSet(null);
    }
}
