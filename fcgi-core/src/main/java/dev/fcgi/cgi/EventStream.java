package dev.fcgi.cgi;

import dev.fcgi.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stream of server-sent events (WHATWG HTML, "Server-sent events"). Each event is sent immediately. Any thread may
 * send. Methods that send block like {@link Request#stdout()}, and fail once the web server has reported that the
 * browser disconnected.
 */
public final class EventStream implements AutoCloseable {
    private final OutputStream out;
    private final Request request;
    private final ReentrantLock lock = new ReentrantLock();
    private Thread heartbeatThread; // guarded by the lock

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
     * @param id its id, which the browser sends back when it reconnects (header {@code Last-Event-ID}), or null
     * @throws IllegalArgumentException when type or id contains a line end or NUL
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
     * Starts a virtual thread that regularly sends a comment, which browsers ignore. It keeps proxies from closing the
     * connection, and detects soon that the browser has disconnected.
     *
     * @param interval the time between two comments, more than zero
     */
    public void heartbeat(Duration interval) {
        Objects.requireNonNull(interval, "interval");
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval must be more than zero, was " + interval);
        }
        lock.lock();
        try {
            stopHeart();
            heartbeatThread = Thread.startVirtualThread(() -> sendHeartbeats(interval));
        } finally {
            lock.unlock();
        }
    }

    private void sendHeartbeats(Duration interval) {
        try {
            do {
                Thread.sleep(interval);
            } while (!request.isAborted() && sendHeartbeat());
        } catch (InterruptedException | IOException ended) {
            // closed, or the browser has disconnected; the next sender notices that itself
        }
    }

    /**
     * Writes unless stopped: then the response may have ended, and a write with a pending interrupt would close the
     * socket.
     */
    private boolean sendHeartbeat() throws IOException {
        lock.lock();
        try {
            if (heartbeatThread != Thread.currentThread()) {
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
            throw new IllegalArgumentException("type or id of an event must not contain a line end or NUL");
        }
        return text;
    }

    private void stopHeart() {
        if (heartbeatThread != null) {
            heartbeatThread.interrupt();
            heartbeatThread = null;
        }
    }

    /** Stops the heartbeat. The response ends with the exchange, which also closes this stream. */
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
