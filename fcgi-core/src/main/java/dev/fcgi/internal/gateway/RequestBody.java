package dev.fcgi.internal.gateway;

import dev.fcgi.httpserver.GatewayExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The body of an HTTP request. It is read by the thread of the exchange, or by a thread of the FastCGI client that
 * passes it on as it arrives. The thread of the exchange stops it before it ends the response, because from then on the
 * stream belongs to the HTTP server, which reads the next request from it; two readers would each get a part.
 */
final class RequestBody extends InputStream {
    private static final long LINGER_MILLIS = 2000;

    private final InputStream in;
    private final long length;
    private final long limit;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock interrupting = new ReentrantLock();
    private long count; // guarded by reading
    private boolean ended; // guarded by reading
    private Thread reader; // guarded by interrupting: the thread that may be blocked inside the stream
    private volatile boolean stopped;
    private volatile IOException failure;

    private RequestBody(InputStream in, long length, long limit) {
        this.in = in;
        this.length = length;
        this.limit = limit;
    }

    /**
     * Creates the body of a request.
     *
     * @param limit how long it may be
     * @return the body; null when there is none, which is different from an empty one
     * @throws HttpError 413 when its length exceeds the limit, 400 when the length is malformed
     */
    static RequestBody of(GatewayExchange exchange, HeaderFields headers, long limit) throws IOException {
        String text = headers.first("Content-Length");
        if (headers.contains("Transfer-Encoding") && text == null) { // servers accept only "chunked"
            return new RequestBody(exchange.body(), -1, limit);
        }
        if (text == null) {
            return null;
        }
        // two lengths, or "+1", which parseLong accepts: a proxy before this server may have read them differently
        if (headers.contains("Transfer-Encoding") || headers.all("Content-Length").size() > 1
                || !text.matches("\\d{1,18}")) {
            throw HttpError.badRequest("malformed Content-Length");
        }
        long length = Long.parseLong(text);
        if (length > limit) {
            throw new HttpError(413, "a body of " + length + " bytes, the limit is " + limit);
        }
        return new RequestBody(exchange.body(), length, limit);
    }

    /** {@return the length, -1 when it is not known} */
    long length() {
        return length;
    }

    /** Fails when the body has ended before the length that was announced. */
    void requireWhole(long read) throws IOException {
        if (read < length) {
            throw failed(new IOException("the body has " + read + " bytes instead of " + length));
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        reading.lock();
        try {
            if (stopped) {
                throw new IOException("the response has ended");
            }
            reader(Thread.currentThread());
            int got = in.read(target, offset, length);
            ended |= got < 0;
            count += Math.max(0, got);
            if (count > limit) {
                throw new HttpError(413, "a body of more than " + limit + " bytes");
            }
            return got;
        } catch (IOException e) {
            throw failed(e);
        } finally {
            reader(null);
            reading.unlock();
        }
    }

    private IOException failed(IOException e) {
        if (failure == null && !stopped) {
            failure = e;
        }
        return e;
    }

    /**
     * {@return why reading failed: an {@link HttpError} for a body that is too long, anything else when the browser has
     * disconnected; null when it did not}
     */
    IOException failure() {
        return failure;
    }

    /** {@return whether the body will not be read any more} */
    boolean isFinished() {
        if (!reading.tryLock()) {
            return false;
        }
        try {
            return stopped || ended || count == length;
        } finally {
            reading.unlock();
        }
    }

    /**
     * Prevents further reads. A blocked reader gets two seconds for data that is just arriving; then it is interrupted,
     * which closes the connection. Blocks until then.
     */
    void stop() {
        stopped = true;
        try {
            if (!reading.tryLock(LINGER_MILLIS, TimeUnit.MILLISECONDS)) {
                interruptReader();
                reading.lock();
            }
            reading.unlock();
        } catch (InterruptedException e) {
            interruptReader();
            Thread.currentThread().interrupt();
        }
    }

    private void reader(Thread thread) {
        interrupting.lock();
        try {
            reader = thread;
            if (thread == null && stopped) {
                Thread.interrupted(); // the interrupt was meant for the stream only
            }
        } finally {
            interrupting.unlock();
        }
    }

    private void interruptReader() {
        interrupting.lock();
        try {
            if (reader != null) {
                reader.interrupt();
            }
        } finally {
            interrupting.unlock();
        }
    }
}
