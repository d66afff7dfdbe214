package dev.fcgi.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that keeps what it is told. */
final class ClientEventLog implements ClientListener {
    private final List<ClientConnectionEvent> opened = new CopyOnWriteArrayList<>();
    private final List<ClientConnectionEvent> failed = new CopyOnWriteArrayList<>();
    private final List<ClientConnectionEvent> closed = new CopyOnWriteArrayList<>();
    private final List<CallEvent> begun = new CopyOnWriteArrayList<>();
    private final List<CallEvent> retried = new CopyOnWriteArrayList<>();
    private final List<CallEvent> ended = new CopyOnWriteArrayList<>();

    @Override
    public void connectionOpened(ClientConnectionEvent connection) {
        opened.add(connection);
    }

    @Override
    public void connectFailed(ClientConnectionEvent connection) {
        failed.add(connection);
    }

    @Override
    public void connectionClosed(ClientConnectionEvent connection) {
        closed.add(connection);
    }

    @Override
    public void callBegun(CallEvent call) {
        begun.add(call);
    }

    @Override
    public void callRetried(CallEvent call) {
        retried.add(call);
    }

    @Override
    public void callEnded(CallEvent call) {
        ended.add(call);
    }

    List<ClientConnectionEvent> opened() {
        return opened;
    }

    List<ClientConnectionEvent> failed() {
        return failed;
    }

    List<ClientConnectionEvent> closed() {
        return closed;
    }

    List<CallEvent> begun() {
        return begun;
    }

    List<CallEvent> retried() {
        return retried;
    }

    List<CallEvent> ended() {
        return ended;
    }
}
