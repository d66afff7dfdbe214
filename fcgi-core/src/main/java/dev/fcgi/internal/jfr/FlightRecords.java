package dev.fcgi.internal.jfr;

import dev.fcgi.ConnectionEvent;
import dev.fcgi.RequestEvent;
import dev.fcgi.ServerListener;
import dev.fcgi.internal.ops.RequestId;
import java.util.stream.Collectors;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/** Commits events to the Java Flight Recorder while it records. One instance for all servers of the process. */
final class FlightRecords implements ServerListener {
    static final FlightRecords INSTANCE = new FlightRecords();

    private static volatile boolean on;

    static {
        FlightRecorder.addListener(new FlightRecorderListener() {
            @Override
            public void recordingStateChanged(Recording recording) {
                look();
            }
        });
        if (FlightRecorder.isInitialized()) {
            look();
        }
    }

    private FlightRecords() {}

    /** One thread at a time: when one recording ends while another begins, who looked first must not write last. */
    private static synchronized void look() {
        on = FlightRecorder.getFlightRecorder().getRecordings().stream()
                .anyMatch(recording -> recording.getState() == RecordingState.RUNNING);
    }

    /** {@return whether a recording is running} Costs one memory read. */
    static boolean isOn() {
        return on;
    }

    @Override
    public void connectionClosed(ConnectionEvent connection) {
        ConnectionRecord record = new ConnectionRecord();
        if (record.shouldCommit()) {
            record.number = connection.number();
            record.peer = String.valueOf(connection.peer());
            record.user = connection.peerUser();
            record.requests = connection.requests();
            record.opened = connection.opened().toEpochMilli();
            record.refusal = connection.refusal();
            record.commit();
        }
    }

    @Override
    public void requestSlow(RequestEvent request) {
        SlowRequestRecord record = new SlowRequestRecord();
        if (record.shouldCommit()) {
            fill(record, request);
            record.stack = request.stack().stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
            record.commit();
        }
    }

    @Override
    public void requestEnded(RequestEvent request) {
        RequestRecord record = new RequestRecord();
        if (record.shouldCommit()) {
            fill(record, request);
            record.outcome = request.outcome().name();
            record.kind = request.outcome().kind().name();
            record.status = request.status();
            record.appStatus = request.appStatus();
            record.headTime = request.headTime().toNanos();
            record.bytesIn = request.bytesIn();
            record.bytesOut = request.bytesOut();
            record.failure = request.failure() == null ? null : request.failure().getClass().getName();
            record.commit();
        }
    }

    private static void fill(AnyRequestRecord record, RequestEvent request) {
        record.connection = request.connection();
        record.id = request.id();
        record.role = String.valueOf(request.role());
        record.method = request.method();
        record.uri = request.uri();
        record.client = request.params().get("REMOTE_ADDR");
        record.webServerId = RequestId.of(request.params());
        record.time = request.time().toNanos();
        record.handlerTime = request.handlerTime().toNanos();
    }
}
