package dev.fcgi.internal.server;

import dev.fcgi.CgiHead;
import dev.fcgi.ConnectionEvent;
import dev.fcgi.Outcome;
import dev.fcgi.Params;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.RequestEvent;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.ops.EndTime;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A request as it is told to observers. Exists only where somebody observes: else those who would call it have null.
 *
 * <p>What happens to the request is told it under the lock of the connection, unless it is said otherwise. Written by
 * the thread that changes the request, or that has handled it; read by any thread, which may see slightly old values: a
 * volatile write costs more than everything else here. Nothing here fails or blocks.
 */
final class Observation implements RequestEvent, EndTime {
    /** A first write up to this is kept as it is, whether or not some of it is body. */
    private static final int SMALL = 1024;

    private final Observers observers;
    private final ConnectionEvent connection;
    private final int id;
    private final Role role;
    private final long begunAt;
    /** Found when somebody asks: most never do. */
    private volatile Instant begun;
    /** Used by {@link Observers}: the next one that waits to be reported. */
    Observation next;

    /** Null before they are complete. */
    private Params params;
    private long headAt;
    private long handlerAt;
    private long endAt;
    private Thread thread;
    private boolean slow;
    private long bytesIn;
    private long bytesOut;
    /** How much is buffered and not sent. */
    private int pending;
    /** A copy of the first write of the response, if it is small: most responses are one write. */
    private byte[] firstWrite;
    /** Null while the first write is all. */
    private ResponseHeadCopy head;
    /** The status of a response of the library itself, or 0. */
    private int ownStatus;
    private int appStatus;
    private Outcome outcome;
    private Throwable failure;

    Observation(Observers observers, ConnectionEvent connection, int id, Role role) {
        this.observers = observers;
        this.connection = connection;
        this.id = id;
        this.role = role;
        this.begunAt = observers.now();
    }

    // ---- events

    /** The request has begun: its head is awaited. */
    void added() {
        observers.added(this);
    }

    /**
     * The parameters are complete.
     *
     * @param atOnce whether they were received together with BEGIN_REQUEST, so that it took no time
     */
    void headComplete(Params complete, boolean atOnce) {
        headAt = atOnce ? begunAt : observers.now();
        VarHandle.releaseFence();
        params = complete;
    }

    /**
     * A handler begins, on this thread.
     *
     * @param withHead whether the head was completed just now, in the same step
     */
    void handlerBegun(boolean withHead) {
        handlerAt = withHead ? headAt : observers.now();
        VarHandle.releaseFence();
        thread = Thread.currentThread();
    }

    /** The same, told without a lock. */
    void tellBegin() {
        observers.begun(this);
    }

    /** The only method for the ticker, which needs no lock. */
    void check(long now) {
        if (slow || thread == null || endAt != 0) {
            return;
        }
        VarHandle.acquireFence(); // where there is a thread, it has begun
        if (observers.isSlow(now - handlerAt)) {
            slow = true;
            observers.slow(this);
        }
    }

    /** Content of an input stream was received. The reader calls it, with the lock or without. */
    void received(long bytes) {
        bytesIn += isOver() ? 0 : bytes; // what is received and dropped later does not count
    }

    /** The handler has written some of STDOUT, which is kept in a buffer. */
    void buffered(byte[] source, int offset, int count) {
        if (head == null && firstWrite == null && count <= SMALL) {
            byte[] copy = Arrays.copyOfRange(source, offset, offset + count);
            VarHandle.releaseFence();
            firstWrite = copy;
        } else {
            bufferedMore(source, offset, count);
        }
        pending += count;
    }

    private void bufferedMore(byte[] source, int offset, int count) {
        if (head == null) {
            ResponseHeadCopy copy = new ResponseHeadCopy(firstWrite == null ? new byte[0] : firstWrite);
            VarHandle.releaseFence();
            head = copy;
        }
        head.append(source, offset, count);
    }

    /** What is in the buffer is sent. */
    void sent() {
        bytesOut += pending;
        pending = 0;
    }

    /** The library answers itself; what is in the buffer is not sent. */
    void answered(int status, int length) {
        ownStatus = status;
        bytesOut += length;
        pending = 0;
    }

    void appStatus(int status) {
        appStatus = status;
    }

    /**
     * The handler has returned; called without a lock by the thread that ran it. Sending the last part of the response is
     * not the handler's time; and to read the clock before that system call costs less than after it, when what it needs
     * has left the processor's caches.
     */
    void handlerReturned() {
        endAt = observers.now();
    }

    /** Nothing more may be sent. */
    void ended(Outcome how) {
        outcome = how;
    }

    /** The same, perhaps after it had ended, and while its last part was sent; ignored when it is over. */
    void aborted(Reason why) {
        if (isOver()) {
            return; // another thread of the handler was writing when it returned
        }
        outcome = outcome(why);
        if (endAt != 0) {
            endAt = observers.now();
        }
    }

    /** Nothing works on the request any more; somebody tells it later. */
    void over() {
        ends(null);
        observers.endedLocked(this);
    }

    /**
     * The same, told by the thread that has handled the request, without a lock.
     *
     * @param thrown what the handler has thrown, or null
     */
    void tellOver(Throwable thrown) {
        ends(thrown);
        boolean interrupted = Uninterrupted.putOff(); // an interrupt is not meant for listeners
        try {
            observers.ended(this);
        } finally {
            Uninterrupted.deliver(interrupted);
        }
    }

    private void ends(Throwable thrown) {
        if (endAt == 0) {
            endAt = observers.now();
        }
        thread = null;
        failure = thrown;
    }

    /** Whether nothing changes any more: listeners may have been told. */
    private boolean isOver() {
        return endAt != 0 && thread == null;
    }

    private static Outcome outcome(Reason reason) {
        return switch (reason) {
            case ABORT_REQUEST -> Outcome.ABORTED_BY_PEER;
            case CONNECTION_LOST -> Outcome.CONNECTION_LOST;
            case READ_TIMEOUT -> Outcome.READ_TIMEOUT;
            case WRITE_TIMEOUT -> Outcome.WRITE_TIMEOUT;
            case HANDLER_TIMEOUT -> Outcome.HANDLER_TIMEOUT;
            case INPUT_STALLED -> Outcome.INPUT_STALLED;
            case SHUTDOWN -> Outcome.SHUTDOWN;
        };
    }

    // ---- accessors

    @Override
    public long endedAt() {
        return endAt;
    }

    @Override
    public long nanos() {
        return endAt - begunAt;
    }

    @Override
    public long connection() {
        return connection.number();
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Params params() {
        Params complete = params;
        return complete == null ? Params.of(Map.of()) : complete;
    }

    @Override
    public SocketAddress peer() {
        return connection.peer();
    }

    @Override
    public String peerUser() {
        return connection.peerUser();
    }

    @Override
    public String peerGroup() {
        return connection.peerGroup();
    }

    @Override
    public Instant begun() {
        Instant known = begun;
        if (known == null) {
            known = Instant.now().minusNanos(observers.now() - begunAt).truncatedTo(ChronoUnit.MILLIS);
            begun = known;
        }
        return known;
    }

    @Override
    public Duration headTime() {
        return between(begunAt, headAt != 0 ? headAt : endAt);
    }

    @Override
    public Duration handlerTime() {
        return handlerAt == 0 ? Duration.ZERO : between(handlerAt, endAt);
    }

    @Override
    public Duration time() {
        return between(begunAt, endAt);
    }

    private Duration between(long start, long end) {
        return Duration.ofNanos(Math.max(0, (end != 0 ? end : observers.now()) - start));
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public int status() {
        if (ownStatus != 0 || bytesOut == 0) {
            return ownStatus;
        }
        CgiHead sent = sentHead();
        return sent == null ? 0 : sent.status();
    }

    @Override
    public String responseHeader(String name) {
        Objects.requireNonNull(name, "name");
        CgiHead sent = ownStatus != 0 || bytesOut == 0 ? null : sentHead();
        return sent == null ? null : sent.header(name);
    }

    /** {@return the head of the response; null while it is not complete, or when it is none} */
    private CgiHead sentHead() {
        ResponseHeadCopy copy = head;
        byte[] first = firstWrite;
        VarHandle.acquireFence();
        return copy != null ? copy.read() : first != null ? new ResponseHeadCopy(first).read() : null;
    }

    @Override
    public int appStatus() {
        return appStatus;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Throwable failure() {
        return failure;
    }

    @Override
    public List<StackTraceElement> stack() {
        Thread handling = thread;
        if (handling == null) {
            return List.of();
        }
        StackTraceElement[] stack = handling.getStackTrace();
        return thread == handling ? List.of(stack) : List.of(); // it may be at work for another request by now
    }
}
