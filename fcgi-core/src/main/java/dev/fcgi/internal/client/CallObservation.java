package dev.fcgi.internal.client;

import dev.fcgi.Role;
import dev.fcgi.client.CallEvent;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.EndRequest;
import dev.fcgi.internal.conn.Clock;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;

/**
 * A call as listeners see it. Exists only if there are observers.
 *
 * <p>Written as described for {@link CallWatch}; read by any thread, which may see slightly old values.
 */
final class CallObservation extends CallWatch implements CallEvent {
    private final Observers observers;
    private final Clock clock;
    private final Role role;
    private final Map<String, String> params;
    private final Instant begun = Instant.now();
    private final long begunAt;

    private volatile ConnectionObservation connection;
    private int id;
    private boolean reused;
    private boolean retried;
    /** 0 for events that have not happened, here and below. */
    private long placedAt;
    private long answeredAt;
    private long endedAt;
    private long bytesOut;
    private long bytesIn;
    private int status;
    private int appStatus;
    private Throwable failure;
    private volatile CallOutcome outcome;

    CallObservation(Observers observers, Counters counters, Clock clock, Role role, Map<String, String> params) {
        super(counters);
        this.observers = observers;
        this.clock = clock;
        this.role = role;
        this.params = params;
        this.begunAt = clock.nanoTime();
    }

    // ---- events

    @Override
    void placed(ConnectionObservation on, int as, boolean another) {
        super.placed(on, as, another);
        placedAt = now();
        answeredAt = 0;
        endedAt = 0;
        bytesOut = 0;
        id = as;
        reused = another;
        connection = on;
    }

    @Override
    void answered() {
        if (endedAt == 0) { // an application may end a call that was aborted
            answeredAt = now();
        }
    }

    @Override
    void sent(int bytes) {
        if (endedAt == 0) {
            bytesOut += bytes;
        }
    }

    @Override
    void ended() {
        if (placedAt != 0) { // otherwise a kept connection was closed, and there will be another
            endedAt = now();
        }
    }

    @Override
    void taken(int bytes) {
        bytesIn += bytes;
    }

    @Override
    public void head(int code) {
        status = code;
    }

    @Override
    public void sentAgain() {
        super.sentAgain();
        placedAt = 0;
        answeredAt = 0;
        endedAt = 0;
        retried = true;
        observers.sentAgain(this);
    }

    @Override
    void over(CallOutcome how, EndRequest end, Throwable thrown) {
        if (endedAt == 0) {
            endedAt = now();
        }
        appStatus = end == null ? 0 : end.appStatus();
        failure = thrown;
        outcome = how;
        super.over(how, end, thrown);
        observers.ended(this);
    }

    /** Never 0. */
    private long now() {
        return clock.nanoTime() | 1;
    }

    // ---- accessors

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Map<String, String> params() {
        return Collections.unmodifiableMap(params);
    }

    @Override
    public long connection() {
        ConnectionObservation on = connection;
        return on == null ? 0 : on.number();
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public SocketAddress peer() {
        ConnectionObservation on = connection;
        return on == null ? null : on.peer();
    }

    @Override
    public boolean reused() {
        return reused;
    }

    @Override
    public boolean retried() {
        return retried;
    }

    @Override
    public Instant begun() {
        return begun;
    }

    @Override
    public Duration connectTime() {
        return between(begunAt, placedAt != 0 ? placedAt : endedAt);
    }

    @Override
    public Duration firstByteTime() {
        return placedAt == 0 ? Duration.ZERO : between(placedAt, answeredAt != 0 ? answeredAt : endedAt);
    }

    @Override
    public Duration time() {
        return between(begunAt, endedAt);
    }

    private Duration between(long start, long end) {
        return Duration.ofNanos(Math.max(0, (end != 0 ? end : clock.nanoTime()) - start));
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public int appStatus() {
        return appStatus;
    }

    @Override
    public CallOutcome outcome() {
        return outcome;
    }

    @Override
    public Throwable failure() {
        return failure;
    }
}
