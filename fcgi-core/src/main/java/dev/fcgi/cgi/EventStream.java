package dev.fcgi.cgi;

import dev.fcgi.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stream of server-sent events (WHATWG HTML, "Server-sent events"). Each event goes to the wire at once. Any thread
 * may send; all methods that send block like {@link Request#stdout()}, and fail once the browser has gone, as far as
 * the web server tells.
 */
public final class EventStream implements AutoCloseable {
    private final OutputStream out;
    private final Request request;
    private final ReentrantLock lock = new ReentrantLock();
    private Thread heart; // guarded by the lock

    EventStream(OutputStream out, Request request) {
        this.out = out;
        this.request = request;
    }

    /**
     * Sends an event of the default type, {@code message}.
     *
     * @param data its text; each line becomes a line of data
     * @throws IOException when the request was aborted or the connection is lost
     */
    public void send(String data) throws IOException {
        send(null, data, null);
    }

    /**
     * Sends an event.
     *
     * @param type its type, or null
     * @param data its text; each line becomes a line of data
     * @param id what a browser that connects again says it has seen (header {@code Last-Event-ID}), or null
     * @throws IllegalArgumentException when type or id has a line end or NUL
     * @throws IOException when the request was aborted or the connection is lost
     */
    public void send(String type, String data, String id) throws IOException {
        Objects.requireNonNull(data, "data");
        StringBuilder event = new StringBuilder();
        if (type != null) {
            event.append("event: ").append(oneLine(type)).append('\n');
        }
        if (id != null) {
            event.append("id: ").append(oneLine(id)).append('\n');
        }
        for (String line : data.split("\r\n|\r|\n", -1)) {
            event.append("data: ").append(line).append('\n');
        }
        write(event.append('\n'));
    }

    /**
     * Tells the browser how long to wait before it connects again.
     *
     * @param time the time
     * @throws IOException when the request was aborted or the connection is lost
     */
    public void retry(Duration time) throws IOException {
        write(new StringBuilder("retry: ").append(Objects.requireNonNull(time, "time").toMillis()).append("\n\n"));
    }

    /**
     * Sends a comment, which browsers ignore, every so often from now on, by a virtual thread: it keeps proxies from
     * closing the connection, and shows soon that the browser has gone.
     *
     * @param interval the time between two comments, more than zero
     */
    public void heartbeat(Duration interval) {
        Objects.requireNonNull(interval, "interval");
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval must be above zero, was " + interval);
        }
        lock.lock();
        try {
            stopHeart();
            heart = Thread.startVirtualThread(() -> beat(interval));
        } finally {
            lock.unlock();
        }
    }

    private void beat(Duration interval) {
        try {
            do {
                Thread.sleep(interval);
            } while (!request.isAborted() && writeBeat());
        } catch (InterruptedException | IOException ended) {
            // closed, or the browser is gone: whoever sends notices by itself
        }
    }

    /** Unless stopped: then the response may be over, and a write with the interrupt pending would close the socket. */
    private boolean writeBeat() throws IOException {
        lock.lock();
        try {
            if (heart != Thread.currentThread()) {
                return false;
            }
            write(":\n\n");
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void write(CharSequence event) throws IOException {
        lock.lock();
        try {
            out.write(event.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        } finally {
            lock.unlock();
        }
    }

    private static String oneLine(String text) {
        if (text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("type or id of an event with a line end or NUL");
        }
        return text;
    }

    private void stopHeart() {
        if (heart != null) {
            heart.interrupt();
            heart = null;
        }
    }

    /** Stops the heartbeat. The response ends with the exchange, which closes this stream, too. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopHeart();
        } finally {
            lock.unlock();
        }
    }
}
