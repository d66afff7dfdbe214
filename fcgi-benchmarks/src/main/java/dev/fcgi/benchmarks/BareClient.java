package dev.fcgi.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** The baseline of a client: writes prepared bytes, and reads only headers of records. */
final class BareClient implements LoadClient {
    private final SocketAddress address;
    private final EndToEndBench.Load load;
    private final ByteBuffer requests;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final RawConnection[] connections;

    BareClient(SocketAddress address, EndToEndBench.Load load) throws IOException {
        this.address = address;
        this.load = load;
        this.connections = new RawConnection[load.connections];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id = 1; id <= load.requestsEach; id++) {
            bytes.writeBytes(Messages.request(id, load.keep, load.bodyLength));
        }
        requests = ByteBuffer.allocateDirect(bytes.size()).put(bytes.toByteArray());
        if (load.keep) {
            connect();
        }
    }

    private void connect() throws IOException {
        for (int i = 0; i < connections.length; i++) {
            connections[i] = new RawConnection(address, requests, buffer);
        }
    }

    @Override
    public void exchange() throws IOException {
        if (!load.keep) {
            connect();
        }
        for (RawConnection connection : connections) {
            connection.send();
        }
        for (RawConnection connection : connections) {
            connection.receive(load.requestsEach);
            if (!load.keep) {
                connection.receiveEnd();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (RawConnection connection : connections) {
            if (connection != null) {
                connection.close();
            }
        }
    }
}
