package dev.fcgi.examples;

import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An HAProxy of our own. */
final class HaProxy {
    private HaProxy() {}

    /**
     * Starts it and waits until it listens.
     *
     * @param enter a command to start it with, for another network; may be empty
     * @param address where it listens by its configuration
     */
    static Daemon start(Path directory, List<String> enter, SocketAddress address, String configuration)
            throws Exception {
        Path file = Files.createTempFile(directory, "haproxy", ".cfg");
        Files.writeString(file, configuration);
        List<String> command = new ArrayList<>(enter);
        command.addAll(List.of(Peer.HAPROXY.path(), "-db", "-f", file.toString()));
        // it logs nowhere
        return Daemon.start(directory, Map.of(), file.resolveSibling("haproxy.log"), () -> Daemon.listens(address),
                command.toArray(String[]::new));
    }
}
