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
 * Writes a line for each request, in PHP-FPM's format, to a file or to a logger. Register it with {@link
 * FcgiServer.Builder#listener} or {@link FcgiAcceptor.Builder#listener}; several servers may share one.
 *
 * {@snippet :
 * AccessLog log = AccessLog.builder().format("%R - %u %t \"%m %r%Q%q\" %s %{milli}d %c").open(Path.of("access.log"));
 * FcgiServer.builder().listener(log);
 * }
 *
 * <p>The directives are those of {@code access.format}: {@code %%}, {@code %C} and {@code %M} (always 0, because the
 * JVM does not count CPU and memory per request), {@code %d} with {@code {seconds}}, {@code {milli}} or {@code
 * {micro}}, {@code %{NAME}e} a meta-variable, such as {@code %{REQUEST_ID}e}, {@code %f} SCRIPT_FILENAME, {@code %l}
 * CONTENT_LENGTH, {@code %m} method, {@code %n} pool, {@code %{NAME}o} a header of the response, {@code %p} and {@code
 * %P} the process and its parent, {@code %q} query, {@code %Q} the question mark before it, {@code %r} SCRIPT_NAME
 * (PATH_INFO where that is empty), {@code %R} the address of the web server, {@code %s} status, {@code %t} and {@code
 * %T} begin and end with a format of strftime, {@code %u} the user of a Basic Authorization header, which has not been
 * verified. This library adds {@code %B}, the number of bytes of STDOUT, {@code %c}, connection number and request id
 * ({@code 7/1}), and {@code %O}, the {@link Outcome}.
 *
 * <p>If no response was sent, the status is 499 when the web server aborted the request or closed the connection, as in
 * nginx's logs, 200 when the handler has returned without writing anything, 500 when it has failed (in plain CGI, where
 * the web server responds), and 503 otherwise. Control characters, quotation marks and backslashes of a request are
 * written as {@code \xHH}; PHP-FPM leaves them as they are.
 *
 * <p>Thread-safe. The thread that handled the request writes the line immediately, so a slow disk blocks that thread.
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
            throw new UncheckedIOException("access log: " + e.getMessage(), e); // logged by the caller of the listeners
        }
    }

    /** As in PHP-FPM: only requests whose absence hides nothing. */
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
     * Closes the file and opens it again, for use after the file was moved; does nothing for a logger. A moved file is
     * also noticed without this call, within a second, while requests arrive.
     *
     * @throws IOException when the file cannot be opened; the old one stays in use
     */
    public void reopen() throws IOException {
        if (file != null) {
            file.reopen();
        }
    }

    /** Closes the file. Later requests are not logged. */
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
            new LogFormat(Objects.requireNonNull(format, "format"), pool); // reports a malformed format early
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
         * Omits requests for a path, such as health checks. Only GET and HEAD requests with neither a query nor a body
         * and with a status from 200 to 299 are omitted.
         *
         * @param path SCRIPT_NAME and PATH_INFO
         * @return this
         */
        public Builder suppressPath(String path) {
            suppressed.add(Objects.requireNonNull(path, "path"));
            return this;
        }

        /**
         * Opens a file for appending, and creates it if it does not exist.
         *
         * @param file the file
         * @return the log
         * @throws IOException when it cannot be opened
         */
        public AccessLog open(Path file) throws IOException {
            return new AccessLog(this, new LogFile(Objects.requireNonNull(file, "file")), null);
        }

        /**
         * Sends the lines to a logger, at level INFO.
         *
         * @param logger the logger
         * @return the log
         */
        public AccessLog to(System.Logger logger) {
            return new AccessLog(this, null, Objects.requireNonNull(logger, "logger"));
        }
    }
}
