package dev.fcgi;

import dev.fcgi.internal.ops.LogFile;
import dev.fcgi.internal.ops.LogFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * A line for each request, in PHP-FPM's format, to a file or to a logger. For {@link FcgiServer.Builder#listener} and
 * {@link FcgiAcceptor.Builder#listener}; several servers may share one.
 *
 * {@snippet :
 * AccessLog log = AccessLog.builder().format("%R - %u %t \"%m %r%Q%q\" %s %{milli}d %c").open(Path.of("access.log"));
 * FcgiServer.builder().listener(log);
 * }
 *
 * <p>The directives are those of {@code access.format}: {@code %%}, {@code %C} and {@code %M} (0: the JVM does not count
 * CPU and memory by request), {@code %d} with {@code {seconds}}, {@code {milli}} or {@code {micro}}, {@code %{NAME}e} a
 * meta-variable, {@code %f} SCRIPT_FILENAME, {@code %l} CONTENT_LENGTH, {@code %m} method, {@code %n} pool, {@code
 * %{NAME}o} a header of the response, {@code %p} and {@code %P} the process and its parent, {@code %q} query, {@code %Q}
 * the question mark before it, {@code %r} SCRIPT_NAME (PATH_INFO where that is empty), {@code %R} the address of the web
 * server, {@code %s} status, {@code %t} and {@code %T} begin and end with a format of strftime, {@code %u} the user of
 * an Authorization of type Basic, which nobody has checked. Of our own are {@code %B}, the bytes of STDOUT, {@code %c},
 * connection number and request id ({@code 7/1}), and {@code %O}, the {@link Outcome}.
 *
 * <p>Where no response was sent, the status is 499 if the web server gave up, as nginx has it, and 503 otherwise.
 * Control characters, quotation marks and backslashes of a request are written as {@code \xHH}; PHP-FPM leaves them as
 * they are.
 *
 * <p>Thread-safe. Each line is written by the thread that has handled the request, at once, and blocks it as the disk
 * does.
 */
public final class AccessLog implements ServerListener, AutoCloseable {
    private final LogFormat format;
    private final Set<String> suppressed;
    private final LogFile file;
    private final System.Logger logger;

    private AccessLog(Builder builder, LogFile file, System.Logger logger) {
        this.format = new LogFormat(builder.format, builder.pool);
        this.suppressed = Set.copyOf(builder.suppressed);
        this.file = file;
        this.logger = logger;
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** Writes the line of a request. */
    @Override
    public void requestEnded(RequestEvent request) {
        Objects.requireNonNull(request, "request");
        if (isSuppressed(request)) {
            return;
        }
        String line = format.line(request);
        if (line.isEmpty()) {
            return;
        }
        try {
            if (file == null) {
                logger.log(System.Logger.Level.INFO, line);
            } else {
                file.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("access log: " + e.getMessage(), e); // whoever calls listeners logs it
        }
    }

    /** As with PHP-FPM: only what can hide nothing. */
    private boolean isSuppressed(RequestEvent request) {
        return !suppressed.isEmpty()
                && (request.method().equals("GET") || request.method().equals("HEAD"))
                && request.bytesIn() == 0
                && request.params().get("QUERY_STRING", "").isEmpty()
                && request.status() >= 200 && request.status() < 300
                && suppressed.contains(request.params().get("SCRIPT_NAME", "")
                        + request.params().get("PATH_INFO", ""));
    }

    /**
     * Closes the file and opens it again, after somebody has moved it; a logger is left alone. That a file was moved is
     * also noticed without this, within a second, as long as requests come.
     *
     * @throws IOException when it cannot be opened: the old one stays in use
     */
    public void reopen() throws IOException {
        if (file != null) {
            file.reopen();
        }
    }

    /** Closes the file. What comes later is not written. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** Settings of an access log. Not thread-safe; each setter returns the builder. */
    public static final class Builder {
        private String format = LogFormat.DEFAULT;
        private String pool = "fcgi";
        private final Set<String> suppressed = new HashSet<>();

        private Builder() {}

        /**
         * Sets the format of the lines. Default PHP-FPM's: {@code %R - %u %t "%m %r" %s}.
         *
         * @param format text and directives
         * @return this
         * @throws IllegalArgumentException when a directive is unknown or malformed
         */
        public Builder format(String format) {
            new LogFormat(Objects.requireNonNull(format, "format"), pool); // says at once what is wrong
            this.format = format;
            return this;
        }

        /**
         * Sets what {@code %n} stands for. Default {@code fcgi}.
         *
         * @param name of the pool, as PHP-FPM calls it
         * @return this
         */
        public Builder pool(String name) {
            pool = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Leaves requests for a path out, such as those of health checks: GET and HEAD only, without a query and a body,
         * and with a status from 200 to 299.
         *
         * @param path SCRIPT_NAME and PATH_INFO
         * @return this
         */
        public Builder suppressPath(String path) {
            suppressed.add(Objects.requireNonNull(path, "path"));
            return this;
        }

        /**
         * Opens a file to add to, and makes it if it is missing.
         *
         * @param file the file
         * @return the log
         * @throws IOException when it cannot be opened
         */
        public AccessLog open(Path file) throws IOException {
            return new AccessLog(this, new LogFile(Objects.requireNonNull(file, "file")), null);
        }

        /**
         * Gives lines to a logger, with level INFO.
         *
         * @param logger the logger
         * @return the log
         */
        public AccessLog to(System.Logger logger) {
            return new AccessLog(this, null, Objects.requireNonNull(logger, "logger"));
        }
    }
}
