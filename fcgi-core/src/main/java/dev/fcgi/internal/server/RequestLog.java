package dev.fcgi.internal.server;

import dev.fcgi.Request;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/** For the layers above: logs what fails about a request, with the limits of the server that the request is from. */
public final class RequestLog {
    private static final Log WITHOUT_SERVER = Log.of("dev.fcgi.server");

    /** A request in a line. The log calls this, and catches what a request of foreign code may throw. */
    private record Name(Request request) {
        @Override
        public String toString() {
            return RequestText.of(request.id(), "no connection", request.role(), request.params());
        }
    }

    private RequestLog() {}

    /**
     * Queues a warning that names the request. Throws nothing.
     *
     * @param format a constant; {@code {0}} stands for the request
     */
    public static void warn(Request request, Throwable cause, String format) {
        if (request instanceof HandlerRun run) {
            run.context.log.log(Level.WARNING, cause, format, run);
        } else {
            WITHOUT_SERVER.log(Level.WARNING, cause, format, new Name(request));
            if (request instanceof PlainCgiRequest) {
                Log.flush(TimeUnit.SECONDS.toNanos(1)); // its process ends now
            }
        }
    }
}
