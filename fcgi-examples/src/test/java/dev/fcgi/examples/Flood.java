package dev.fcgi.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** As many requests as a playground takes, all of them waiting until they are given up. */
final class Flood implements AutoCloseable {
    private static final int CONNECTIONS = 32;
    private static final int REQUESTS = 128; // on each; with the library's defaults these are all that a server takes

    private final String address;
    private final List<RawConnection> connections = new ArrayList<>();

    Flood(String address) throws IOException {
        this.address = address;
        Map<String, String> environment = RawConnection.environment("/slow", "ms=600000");
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                RawConnection connection = RawConnection.open(address);
                connections.add(connection);
                for (int id = 1; id <= REQUESTS; id++) {
                    connection.send(id, RawConnection.RESPONDER, true, environment, new byte[0], null);
                }
            }
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    /** Waits until the server refuses one more request. */
    void awaitRefusal() throws Exception {
        Await.until("a refusal", () -> RawConnection.get(address, "/hello", "").head().startsWith("Status: 503"));
    }

    @Override
    public void close() throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
    }
}
