package dev.fcgi.internal.server;

import dev.fcgi.Role;
import dev.fcgi.internal.wire.EndRequestBody;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Map;

/**
 * One request to a server of its own, without a listener and a socket; everything else works as usual.
 *
 * <p>Thread-safe.
 */
public final class OfflineConnection {
    private static final int ID = 1;

    /**
     * The response of the server.
     *
     * @param stdout the content of STDOUT
     * @param stderr the content of STDERR
     * @param ended whether there was an END_REQUEST, which the other components are from
     */
    public record Answer(byte[] stdout, byte[] stderr, boolean ended, int appStatus, int protocolStatus) {}

    private final Server server;
    private final OfflineTransport transport = new OfflineTransport();

    private OfflineConnection(Server server) {
        this.server = server;
    }

    /**
     * Sends a request.
     *
     * @param data the content of DATA, used for role Filter only; the body is used for all roles except Authorizer
     */
    public static OfflineConnection send(
            Options options, Role role, Map<String, String> params, byte[] body, byte[] data) {
        OfflineConnection connection = new OfflineConnection(new Server(options, List.of()));
        connection.server.start(lost -> { });
        RecordBuffer records = new RecordBuffer(0, true);
        records.beginRequest(ID, role.code(), 0);
        appendStream(records, Fcgi.PARAMS, NameValuePairs.encode(params));
        if (role != Role.AUTHORIZER) {
            appendStream(records, Fcgi.STDIN, body);
        }
        if (role == Role.FILTER) {
            appendStream(records, Fcgi.DATA, data);
        }
        connection.transport.send(records.view());
        connection.server.serve(connection.transport);
        return connection;
    }

    private static void appendStream(RecordBuffer records, int type, byte[] content) {
        records.appendAll(type, ID, content, content.length);
        records.endStream(type, ID);
    }

    /** Sends ABORT_REQUEST. */
    public void abort() {
        RecordBuffer records = new RecordBuffer(0, true);
        records.abortRequest(ID);
        transport.send(records.view());
    }

    /** Closes the connection, as most web servers do when their own client has disconnected. */
    public void disconnect() {
        transport.disconnect();
    }

    /** Waits until the connection is closed and the handler has returned. */
    public Answer await() throws InterruptedException {
        byte[] output = transport.awaitClose();
        server.shutdown(Long.MAX_VALUE);
        try {
            return decode(output);
        } catch (IOException e) {
            throw new AssertionError(e); // these records come from the server in this process
        }
    }

    private static Answer decode(byte[] output) throws IOException {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        RecordReader reader = new RecordReader(Channels.newChannel(new ByteArrayInputStream(output)));
        try {
            while (reader.next()) {
                switch (reader.type()) {
                    case Fcgi.STDOUT -> stdout.writeBytes(reader.readContent(Fcgi.MAX_LENGTH));
                    case Fcgi.STDERR -> stderr.writeBytes(reader.readContent(Fcgi.MAX_LENGTH));
                    case Fcgi.END_REQUEST -> {
                        EndRequestBody body = EndRequestBody.decode(reader.readBody());
                        return new Answer(stdout.toByteArray(), stderr.toByteArray(), true, body.appStatus(),
                                body.protocolStatus());
                    }
                    default -> { } // marks an incomplete response for web servers
                }
            }
            return new Answer(stdout.toByteArray(), stderr.toByteArray(), false, 0, 0);
        } finally {
            reader.end(); // gives a large buffer back
        }
    }
}
