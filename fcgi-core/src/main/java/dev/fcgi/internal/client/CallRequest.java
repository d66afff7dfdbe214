package dev.fcgi.internal.client;

import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The request of a call, from the public request.
 *
 * @param role the number of the role
 * @param params the parameters
 * @param bodyBytes the body, when {@code body} is null
 * @param body the body as a stream, or null
 * @param bodyLength the length of the body, or -1 when it is not known
 * @param data DATA of a Filter, or null
 * @param stderr takes the lines of STDERR, or null
 * @param watch what happens to it
 */
public record CallRequest(
        int role,
        CallParams params,
        byte[] bodyBytes,
        InputStream body,
        long bodyLength,
        InputStream data,
        Consumer<String> stderr,
        CallWatch watch) {
    /** {@return method and URI, for logs} */
    String text() {
        Map<String, String> values = params.values();
        String uri = values.getOrDefault("REQUEST_URI", values.getOrDefault("SCRIPT_NAME", ""));
        return values.getOrDefault("REQUEST_METHOD", "") + ' ' + uri;
    }

    /**
     * Closes the streams. Called once, by the thread that would read them next, without a lock, because they are the
     * caller's.
     */
    void closeInput() {
        close(body);
        close(data);
    }

    private static void close(InputStream stream) {
        try {
            if (stream != null) {
                stream.close();
            }
        } catch (Throwable e) { // the response does not depend on them
            ClientLog.LOG.log(Level.DEBUG, e, "closing the input of a request failed");
        }
    }
}
