package dev.fcgi;

import dev.fcgi.internal.server.OfflineConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The response to an {@link OfflineRequest}: what a web server would have received, and how it would have read it.
 * Immutable; nothing blocks.
 */
public final class OfflineResponse {
    private final OfflineConnection.Answer answer;
    private final Throwable failure;
    private final CgiHead head;
    private final String malformed;
    private final byte[] body;

    OfflineResponse(OfflineConnection.Answer answer, Throwable failure, boolean withoutBody) {
        this.answer = answer;
        this.failure = failure;
        CgiHead parsed = null;
        String reason = null;
        ByteArrayInputStream in = new ByteArrayInputStream(answer.stdout());
        try {
            parsed = CgiHead.read(in, answer.stdout().length + 1, StandardCharsets.UTF_8);
        } catch (IOException e) {
            reason = e.getMessage();
        }
        head = parsed;
        malformed = reason;
        body = withoutBody ? new byte[0] : in.readAllBytes();
    }

    /**
     * {@return status and header fields}
     *
     * @throws IllegalStateException when the handler wrote no CGI response, with the reason in the message; a web
     *     server would have answered 502
     */
    public CgiHead head() {
        if (head == null) {
            throw new IllegalStateException("no CGI response: " + malformed);
        }
        return head;
    }

    /**
     * {@return the HTTP status}
     *
     * @throws IllegalStateException as {@link #head()}
     */
    public int status() {
        return head().status();
    }

    /**
     * Looks up a header field.
     *
     * @param name its name, in any case
     * @return its first value, or null
     * @throws IllegalStateException as {@link #head()}
     */
    public String header(String name) {
        Objects.requireNonNull(name, "name");
        return head().header(name);
    }

    /**
     * {@return all header fields by case-insensitive name, each with its values in order; unmodifiable}
     *
     * @throws IllegalStateException as {@link #head()}
     */
    public Map<String, List<String>> headers() {
        return head().headers();
    }

    /** {@return a copy of the body; empty for a HEAD request, as web servers drop it} */
    public byte[] body() {
        return body.clone();
    }

    /** {@return the body as UTF-8 text} */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** {@return a copy of STDOUT as it was written, headers included} */
    public byte[] stdout() {
        return answer.stdout().clone();
    }

    /** {@return STDERR as UTF-8 text} */
    public String stderr() {
        return new String(answer.stderr(), StandardCharsets.UTF_8);
    }

    /** {@return the application status (FastCGI 5.5)} */
    public int appStatus() {
        return answer.appStatus();
    }

    /**
     * {@return how the request ended (FastCGI 5.5), for example OVERLOADED when it exceeded a limit; null when the
     * response is incomplete, because the handler failed after it had sent output or the connection was lost}
     */
    public ProtocolStatus protocolStatus() {
        return answer.ended() ? ProtocolStatus.of(answer.protocolStatus()) : null;
    }

    /** {@return what the handler threw, or null} */
    public Throwable failure() {
        return failure;
    }
}
