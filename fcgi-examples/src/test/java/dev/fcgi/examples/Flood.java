package dev.fcgi.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** As many requests as a playground accepts, all waiting until they are aborted. */
final class Flood implements AutoCloseable {
    private static final int REQUESTS = 128; // of 4096 that a server takes by default, on a connection
    private static final int MAX_CONNECTIONS = 256;

    private final String address;
    private final Map<String, String> environment = RawConnection.environment("/slow", "ms=600000");
    private final List<RawConnection> connections = new ArrayList<>();

    Flood(String address) {
        this.address = address;
    }

    /**
     * Adds requests until no more are accepted. Sending exactly the server's limit would not be enough: some are
     * refused while another request holds a place, such as the one that checks, and that place then stays free.
     */
    void fillUntil(String what, Callable<Boolean> refused) throws Exception {
        Await.until(what, () -> {
            if (connections.size() < MAX_CONNECTIONS) {
                fillConnection();
            }
            return refused.call();
        });
    }

    private void fillConnection() throws IOException {
        RawConnection connection = RawConnection.open(address);
        connections.add(connection);
        for (int id = 1; id <= REQUESTS; id++) {
            connection.send(id, RawConnection.RESPONDER, true, environment, new byte[0], null);
        }
    }

    @Override
    public void close() throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
    }
}
