package dev.fcgi.internal.client;

import java.util.concurrent.locks.ReentrantLock;

/** The progress of one request on a connection. Guarded by the connection's lock; methods marked "Locked" expect it. */
class CallState {
    final ReentrantLock lock;
    final CallRequest request;
    final CallLimits limits;
    private final int id;
    boolean begun;
    boolean received;
    private boolean inputSent;

    CallState(ReentrantLock lock, CallRequest request, int id, CallLimits limits) {
        this.lock = lock;
        this.request = request;
        this.id = id;
        this.limits = limits;
    }

    int id() {
        return id;
    }

    public CallRequest request() {
        return request;
    }

    CallLimits limits() {
        return limits;
    }

    /** Locked. From now on the application may have received some of the request. */
    void begun() {
        assert lock.isHeldByCurrentThread();
        begun = true;
        limits.progress();
    }

    /** Locked. The kernel has accepted nothing of the head, so the application cannot know of the request. */
    void notBegun() {
        assert lock.isHeldByCurrentThread();
        begun = false;
    }

    /** Locked. */
    boolean hasBegun() {
        assert lock.isHeldByCurrentThread();
        return begun;
    }

    /** Locked. A record of this request was received, or part of one. */
    void received() {
        assert lock.isHeldByCurrentThread();
        if (!received) {
            received = true;
            request.watch().answered();
        }
        limits.progress();
    }

    /** Locked. */
    boolean hasReceived() {
        assert lock.isHeldByCurrentThread();
        return received;
    }

    /** Locked. */
    void inputSent() {
        assert lock.isHeldByCurrentThread();
        inputSent = true;
    }

    /** Locked. */
    boolean isInputSent() {
        assert lock.isHeldByCurrentThread();
        return inputSent;
    }
}
