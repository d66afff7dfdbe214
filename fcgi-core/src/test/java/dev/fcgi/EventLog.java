package dev.fcgi;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A listener that records events. */
final class EventLog implements ServerListener {
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger stopped = new AtomicInteger();
    private final List<RequestEvent> slow = new CopyOnWriteArrayList<>();
    private final List<RequestEvent> ended = new CopyOnWriteArrayList<>();
    private final List<ConnectionEvent> closed = new CopyOnWriteArrayList<>();

    @Override
    public void connectionOpened(ConnectionEvent connection) {
        opened.incrementAndGet();
    }

    @Override
    public void connectionClosed(ConnectionEvent connection) {
        closed.add(connection);
    }

    @Override
    public void requestBegun(RequestEvent request) {
        begun.incrementAndGet();
    }

    @Override
    public void requestSlow(RequestEvent request) {
        slow.add(request);
    }

    @Override
    public void requestEnded(RequestEvent request) {
        ended.add(request);
    }

    @Override
    public void stopped(ServerStats stats) {
        stopped.incrementAndGet();
    }

    int opened() {
        return opened.get();
    }

    int begun() {
        return begun.get();
    }

    int stopped() {
        return stopped.get();
    }

    List<RequestEvent> slow() {
        return slow;
    }

    List<RequestEvent> ended() {
        return ended;
    }

    List<ConnectionEvent> closed() {
        return closed;
    }
}
