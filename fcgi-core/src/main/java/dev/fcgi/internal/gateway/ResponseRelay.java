package dev.fcgi.internal.gateway;

import dev.fcgi.FcgiException;
import dev.fcgi.CgiHead;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.internal.http.HopByHop;
import dev.fcgi.internal.http.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Passes on the response of an application to the browser as it arrives. Used by the thread of the exchange, which
 * blocks until everything is passed on.
 */
final class ResponseRelay {
    /** The headers that an internal redirect keeps, as in nginx. */
    private static final Set<String> KEPT_BY_REDIRECT = Set.of("content-type", "content-disposition", "set-cookie",
            "accept-ranges", "cache-control", "expires");
    private static final int DROP_BYTES = 64 * 1024;
    private static final long DROP_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final boolean isHead;
    private final Reply reply;
    private final RequestBody requestBody;
    private final ClientResponse response;
    private final CgiHead head;

    /**
     * Reads the head.
     *
     * @param isHead whether the browser has sent HEAD
     * @param requestBody the body that the application may still be reading from the browser, or null
     */
    ResponseRelay(boolean isHead, Reply reply, RequestBody requestBody, ClientResponse response) throws IOException {
        this.isHead = isHead;
        this.reply = reply;
        this.requestBody = requestBody;
        this.response = response;
        this.head = response.head();
        check(head);
    }

    private static void check(CgiHead head) throws FcgiException {
        if (head.status() < 200 || head.status() > 599) { // a CGI program cannot end with an interim response
            throw new FcgiException("status must be 200 to 599, was " + head.status());
        }
        for (Map.Entry<String, List<String>> header : head.headers().entrySet()) {
            for (String value : header.getValue()) {
                if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7F)) {
                    throw new FcgiException("header " + header.getKey() + " has a control character in it");
                }
            }
        }
    }

    CgiHead head() {
        return head;
    }

    /** Sets the headers for the browser after X-Accel-Redirect. */
    void copyHeadersOfRedirect() {
        copyHeaders(KEPT_BY_REDIRECT::contains);
    }

    /** Sets the headers for the browser. */
    void copyHeaders() {
        copyHeaders(name -> true);
    }

    private void copyHeaders(Predicate<String> kept) {
        HopByHop hopByHop = new HopByHop(head.headers().get("Connection"));
        head.headers().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!hopByHop.contains(name) && !isForServer(lower) && kept.test(lower)) {
                values.forEach(value -> reply.headers().add(name, value)); // each character is a byte on both sides
            }
        });
    }

    /** The length is set when the headers are sent; the others are instructions for web servers (RFC 3875 6.3.5). */
    private static boolean isForServer(String lower) {
        return lower.equals("content-length") || lower.equals("x-sendfile") || lower.startsWith("x-accel-")
                || lower.startsWith("x-cgi-");
    }

    /** Passes everything on and ends the exchange. */
    void pass() throws IOException {
        copyHeaders();
        if (isHead && head.contentLength() >= 0) {
            reply.headers().set("Content-Length", Long.toString(head.contentLength()));
        }
        if (isHead || Status.isBodiless(head.status())) {
            passHead();
        } else {
            passBody();
        }
    }

    /**
     * Passes on a response without a body. The head is sent first, unless the application may still be waiting for
     * input.
     */
    private void passHead() throws IOException {
        boolean early = requestBody == null || requestBody.isFinished();
        if (early) {
            reply.begin(head.status(), 0);
        }
        drop();
        if (!early) {
            requestBody.stop();
            reply.begin(head.status(), 0);
        }
    }

    private void passBody() throws IOException {
        InputStream in = response.body();
        byte[] piece = new byte[16 * 1024];
        long length = head.contentLength();
        int count = 0;
        boolean untyped = head.header("Content-Type") == null;
        if (untyped && length < 0 || in.available() > 0) {
            count = in.read(piece);
            length = count < 0 ? 0 : length;
        }
        if (untyped && (count > 0 || length > 0)) {
            reply.headers().set("Content-Type", "text/plain"); // a type that cannot contain scripts
        }
        if (length == 0) {
            drop();
            stopInput();
            reply.begin(head.status(), 0);
            return;
        }
        OutputStream out = reply.begin(head.status(), length);
        for (; count >= 0; count = in.read(piece)) {
            out.write(piece, 0, count);
            if (in.available() == 0) {
                out.flush();
            }
        }
        stopInput();
        out.close();
    }

    private void stopInput() {
        if (requestBody != null) {
            requestBody.stop();
        }
    }

    /** Gives the application some time to end without a body; if it does not, closing the response aborts it. */
    void drop() throws IOException {
        byte[] piece = new byte[8192];
        InputStream in = response.stdout();
        long start = System.nanoTime();
        long dropped = 0;
        for (int count; dropped <= DROP_BYTES && System.nanoTime() - start < DROP_NANOS; dropped += count) {
            count = in.read(piece);
            if (count < 0) {
                return;
            }
        }
    }
}
