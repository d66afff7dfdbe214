package dev.fcgi.client;

import dev.fcgi.CgiHead;
import dev.fcgi.FcgiException;
import dev.fcgi.internal.client.ClientCall;
import dev.fcgi.internal.http.Status;
import java.io.IOException;
import java.io.InputStream;

/**
 * A response as it arrives. It belongs to one thread at a time. Its methods block until their result is available,
 * within the timeouts of the client.
 *
 * <p>Use either {@link #stdout()}, which is everything that the program wrote, or {@link #head()} and {@link #body()}.
 */
public final class ClientResponse implements AutoCloseable {
    private final ClientCall call;
    private final int maxHeadLength;
    private final InputStream stdout;
    private CgiHead head;
    private InputStream body;

    ClientResponse(ClientCall call, int maxHeadLength) {
        this.call = call;
        this.maxHeadLength = maxHeadLength;
        this.stdout = call.stdout();
    }

    /** {@return the unchanged output of the program: header block and body} */
    public InputStream stdout() {
        return stdout;
    }

    /**
     * Returns the header block of a CGI response; the first call reads it. It is decoded with the charset of the
     * request, by default UTF-8; malformed bytes become U+FFFD.
     *
     * @return the block
     * @throws FcgiException when it is malformed, too long, or missing
     * @throws IOException when the request fails
     */
    public CgiHead head() throws IOException {
        if (head == null) {
            head = CgiHead.read(stdout, maxHeadLength, call.charset());
            call.request().watch().head(head.status());
        }
        return head;
    }

    /**
     * The body of a CGI response, after {@link #head()}.
     *
     * @return the stream. If the head has a Content-Length, it returns exactly that many bytes: a shorter body ends
     *     with an {@link FcgiException}, and surplus bytes are dropped and logged. It is empty for a HEAD request and
     *     for the statuses 204 and 304, which have no body (RFC 9110 6.4.1). Its end is the end of the response: it
     *     returns -1 only when the program has ended its output, whatever length was announced
     * @throws IOException as {@link #head()}
     */
    public InputStream body() throws IOException {
        if (body == null) {
            CgiHead first = head();
            boolean bodiless = call.isHead() || Status.isBodiless(first.status());
            long length = bodiless ? 0 : first.contentLength();
            body = length < 0 ? stdout : new CheckedBody(stdout, length, call::surplus);
        }
        return body;
    }

    /** {@return the text received on STDERR so far, up to {@link FcgiClient.Builder#maxStderrLength}} */
    public String stderr() {
        return call.stderrText();
    }

    /**
     * Waits for the end of the response, discarding output that was not read.
     *
     * @return how the program ended it
     * @throws IOException when the request fails
     */
    public EndRequest end() throws IOException {
        try {
            EndRequest end = call.awaitEnd();
            call.over(null);
            return end;
        } catch (IOException e) {
            call.over(e);
            throw e;
        }
    }

    /**
     * Aborts the request, unless it has ended: on a multiplexed connection by ABORT_REQUEST, on any other by closing
     * the connection. Does not block.
     */
    @Override
    public void close() {
        try {
            call.abort();
        } finally { // what takes the lines of STDERR may throw
            call.over(null);
        }
    }
}
