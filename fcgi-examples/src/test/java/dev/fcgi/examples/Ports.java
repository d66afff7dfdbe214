package dev.fcgi.examples;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for programs that cannot choose one themselves. */
final class Ports {
    /** Below the ephemeral ports, so that a restarted server finds its port free. */
    private static final int FIRST = 10_000;
    private static final int END = 32_768;

    private Ports() {}

    /** {@return a port that was free a moment ago} */
    static int free() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // another one
            }
        }
    }
}
