package dev.fcgi;

import dev.fcgi.internal.conn.Log;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Captures the lines of a logger, by default {@code dev.fcgi.server}, instead of printing them. By reflection: the
 * module under test, which tests are part of, does not read {@code java.logging}.
 */
public final class LogCapture implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private volatile String source;
    private final BiConsumer<String, Throwable> sink;
    private final Object logger; // a strong reference: the log manager keeps a weak one
    private final Method setFilter;

    LogCapture() {
        this("dev.fcgi.server");
    }

    public LogCapture(String name) {
        this(name, null);
    }

    /** Passes on what is logged: a line, and the exception or null. */
    public LogCapture(String name, BiConsumer<String, Throwable> sink) {
        this.sink = sink == null ? (line, thrown) -> lines.add(line) : sink;
        try {
            Class<?> loggerType = Class.forName("java.util.logging.Logger");
            Class<?> filterType = Class.forName("java.util.logging.Filter");
            logger = loggerType.getMethod("getLogger", String.class).invoke(null, name);
            setFilter = loggerType.getMethod("setFilter", filterType);
            setFilter.invoke(logger, Proxy.newProxyInstance(LogCapture.class.getClassLoader(),
                    new Class<?>[] {filterType}, (proxy, method, arguments) -> keep(arguments[0])));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private boolean keep(Object record) throws ReflectiveOperationException {
        Class<?> type = record.getClass();
        Object level = type.getMethod("getLevel").invoke(record);
        String message = (String) type.getMethod("getMessage").invoke(record);
        Object[] parameters = (Object[]) type.getMethod("getParameters").invoke(record);
        Object thrown = type.getMethod("getThrown").invoke(record);
        source = (String) type.getMethod("getSourceClassName").invoke(record);
        String text = parameters == null ? message : MessageFormat.format(message, parameters);
        sink.accept(level + " " + text + (thrown == null ? "" : " / " + thrown), (Throwable) thrown);
        return false;
    }

    /** Discards the lines captured so far. */
    void forget() {
        flush();
        lines.clear();
    }

    public List<String> lines() {
        flush();
        return List.copyOf(lines);
    }

    /** {@return the class that said the last line, as the logger has found it; null when it says its own name instead} */
    public String source() {
        flush();
        return source;
    }

    public boolean has(Predicate<String> wanted) {
        return lines().stream().anyMatch(wanted);
    }

    /** Waits until the library's queued lines were logged. */
    public static void flush() {
        Log.flush(TimeUnit.SECONDS.toNanos(10));
    }

    /** {@return the standard error of a process, without the lines about its start and stop} */
    static String withoutLifeLines(String printed) {
        return printed.replaceAll("(?m)^.*\\RINFO: (server|status page) (listens at|stops:|has stopped after) .*\\R", "");
    }

    @Override
    public void close() {
        flush();
        try {
            setFilter.invoke(logger, (Object) null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
