package dev.fcgi.internal.client;

import dev.fcgi.client.CallEvent;
import dev.fcgi.client.ClientConnectionEvent;
import dev.fcgi.client.ClientListener;
import dev.fcgi.internal.jfr.ClientCallRecord;
import dev.fcgi.internal.jfr.ClientConnectRecord;
import dev.fcgi.internal.jfr.ClientConnectionRecord;

/** Commits events to the Java Flight Recorder while it records. Has no state. */
final class ClientFlightRecords implements ClientListener {
    @Override
    public void connectionOpened(ClientConnectionEvent connection) {
        connect(connection);
    }

    @Override
    public void connectFailed(ClientConnectionEvent connection) {
        connect(connection);
    }

    private static void connect(ClientConnectionEvent connection) {
        ClientConnectRecord record = new ClientConnectRecord();
        if (record.shouldCommit()) {
            record.connection = connection.number();
            record.peer = String.valueOf(connection.peer());
            record.time = connection.connectTime().toNanos();
            record.failure = connection.failure() == null ? null : connection.failure().getClass().getName();
            record.commit();
        }
    }

    @Override
    public void connectionClosed(ClientConnectionEvent connection) {
        ClientConnectionRecord record = new ClientConnectionRecord();
        if (record.shouldCommit()) {
            record.number = connection.number();
            record.peer = String.valueOf(connection.peer());
            record.calls = connection.calls();
            record.opened = connection.opened().toEpochMilli();
            record.reason = connection.reason().name();
            record.commit();
        }
    }

    @Override
    public void callEnded(CallEvent call) {
        ClientCallRecord record = new ClientCallRecord();
        if (record.shouldCommit()) {
            record.connection = call.connection();
            record.id = call.id();
            record.peer = call.peer() == null ? null : call.peer().toString();
            record.role = call.role().name();
            record.method = call.method();
            record.uri = call.uri();
            record.outcome = call.outcome().name();
            record.kind = call.outcome().kind().name();
            record.status = call.status();
            record.appStatus = call.appStatus();
            record.reused = call.reused();
            record.retried = call.retried();
            record.time = call.time().toNanos();
            record.connectTime = call.connectTime().toNanos();
            record.firstByteTime = call.firstByteTime().toNanos();
            record.bytesOut = call.bytesOut();
            record.bytesIn = call.bytesIn();
            record.failure = call.failure() == null ? null : call.failure().getClass().getName();
            record.commit();
        }
    }
}
