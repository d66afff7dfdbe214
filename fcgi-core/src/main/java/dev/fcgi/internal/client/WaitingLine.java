package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.conn.TimeLimit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The callers that wait for a place, first come, first served. The ticker checks their timeout while any wait, because
 * a timed wait costs a virtual thread more than everything else.
 *
 * <p>Guarded by the pool's lock.
 */
final class WaitingLine implements Ticker.Ticked {
    /** The place of one caller in the line. */
    static final class Turn {
        private final Condition changed;
        private final long since;

        Turn(Condition changed, long since) {
            this.changed = changed;
            this.since = since;
        }
    }

    private final ClientOptions options;
    private final ReentrantLock lock;
    private final Consumer<Ticker.Ticked> ticker;
    private final Deque<Turn> turns = new ArrayDeque<>();
    private boolean ticked;

    /** @param ticker ticks an object */
    WaitingLine(ClientOptions options, ReentrantLock lock, Consumer<Ticker.Ticked> ticker) {
        this.options = options;
        this.lock = lock;
        this.ticker = ticker;
    }

    /**
     * Locked. Joins the line at its end.
     *
     * @param since when the timeout began
     * @return the argument for {@link #leave}
     */
    Turn join(long since) {
        assert lock.isHeldByCurrentThread();
        Turn turn = new Turn(lock.newCondition(), since);
        if (!ticked && options.connectTimeout != Long.MAX_VALUE) {
            ticker.accept(this);
            ticked = true;
        }
        turns.addLast(turn);
        return turn;
    }

    /** Locked. Returns how many wait. */
    int size() {
        assert lock.isHeldByCurrentThread();
        return turns.size();
    }

    /** Locked. Whether this one is first; null stands for a caller that has not joined. */
    boolean isFirst(Turn turn) {
        assert lock.isHeldByCurrentThread();
        return turns.peekFirst() == turn;
    }

    /**
     * Locked. Blocks until this one may be next.
     *
     * @throws RequestTimeoutException when the timeout has expired
     * @throws InterruptedIOException when the thread was interrupted; its flag is set again
     */
    void await(Turn turn) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (isOver(turn, options.clock.nanoTime())) {
            throw new RequestTimeoutException(Limit.CONNECT, Duration.ofNanos(options.connectTimeout));
        }
        try {
            turn.changed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connection");
        }
    }

    /** Locked. Leaves the line, if joined; the rest of the room may be enough for the next. */
    void leave(Turn turn) {
        assert lock.isHeldByCurrentThread();
        if (turn != null) {
            turns.remove(turn);
        }
        signalFirst();
    }

    /** Locked. There may be a place. */
    void signalFirst() {
        assert lock.isHeldByCurrentThread();
        Turn first = turns.peekFirst();
        if (first != null) {
            first.changed.signal();
        }
    }

    /** Locked. Makes all check again. */
    void signalAll() {
        assert lock.isHeldByCurrentThread();
        turns.forEach(turn -> turn.changed.signal());
    }

    @Override
    public boolean tick(int tick) {
        if (!lock.tryLock()) {
            return true;
        }
        try {
            long now = options.clock.nanoTime();
            for (Turn turn : turns) {
                if (isOver(turn, now)) {
                    turn.changed.signal();
                }
            }
            ticked = !turns.isEmpty();
            return ticked;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver(Turn turn, long now) {
        return TimeLimit.isOver(options.connectTimeout, turn.since, now);
    }

    @Override
    public void check(long nanoTime) {
        // is ticked more often
    }
}
