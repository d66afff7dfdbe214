package dev.fcgi.client;

import dev.fcgi.CgiHead;
import dev.fcgi.FcgiException;
import dev.fcgi.internal.client.ClientCall;
import dev.fcgi.internal.http.Status;
import java.io.IOException;
import java.io.InputStream;

/**
 * A response as it arrives. Belongs to one thread; its methods block until what they return is there, within the limits
 * of the client.
 *
 * <p>Either {@link #stdout()}, everything that the program wrote, or {@link #head()} and {@link #body()}.
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

    /** {@return the output of the program as it is: header block and body} */
    public InputStream stdout() {
        return stdout;
    }

    /**
     * Reads the header block of a CGI response, at the first call. Its text is in the charset of the request, UTF-8
     * unless that says otherwise; bytes that the charset does not have become U+FFFD.
     *
     * @return the block
     * @throws FcgiException when it is malformed, too long, or not there
     * @throws IOException when the request fails before its end
     */
    public CgiHead head() throws IOException {
        if (head == null) {
            head = CgiHead.read(stdout, maxHeadLength, call.charset());
        }
        return head;
    }

    /**
     * The body of a CGI response, after {@link #head()}.
     *
     * @return the stream; where the head has Content-Length it gives that many bytes: a body that is shorter ends with
     *     an {@link FcgiException}, what goes beyond that is dropped with a line in the log. It is empty for a HEAD
     *     request and the statuses that have no body, 204 and 304 (RFC 9110 6.4.1). Its end is that of the response:
     *     with -1 the program has ended its output, whatever length it announced
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

    /** {@return what has come of STDERR so far, as far as it is kept} */
    public String stderr() {
        return call.stderrText();
    }

    /**
     * Waits for the end of the response, dropping output that was not read.
     *
     * @return how the program ended it
     * @throws IOException when the request fails before its end
     */
    public EndRequest end() throws IOException {
        return call.awaitEnd();
    }

    /**
     * Aborts the request, unless it has ended: where it shares its connection the server is told, elsewhere the
     * connection is closed. Does not block.
     */
    @Override
    public void close() {
        call.abort();
    }
}
