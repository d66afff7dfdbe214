package dev.fcgi.examples.check;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A small FastCGI application on plain sockets that is correct except for one fault, or completely correct. It has a
 * page at /page, and one at /echo that returns the body.
 */
final class BrokenApplication implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final Path socket;
    private final Fault fault;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    /** The ids of all connections, for a fault that confuses them. */
    private final Set<Integer> ids = ConcurrentHashMap.newKeySet();

    private BrokenApplication(ServerSocketChannel listener, Path socket, Fault fault) {
        this.listener = listener;
        this.socket = socket;
        this.fault = fault;
    }

    /** Starts it; without a fault it is correct. */
    static BrokenApplication start(Path socket, Fault fault) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket));
        BrokenApplication application = new BrokenApplication(listener, socket, fault);
        Thread.ofVirtual().start(application::accept);
        return application;
    }

    /** Runs one until it dies, at {@code unix:} and a path, with the fault of a name. */
    public static void main(String[] args) throws Exception {
        Path socket = Path.of(args[0].substring("unix:".length()));
        Files.deleteIfExists(socket);
        BrokenApplication application = start(socket, Fault.valueOf(args[1]));
        while (application.listener.isOpen()) {
            Thread.sleep(10);
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                connections.add(channel);
                if (!listener.isOpen()) { // it has been accepted in the last moment: close() may have missed it
                    channel.close();
                    return;
                }
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (IOException closed) {
            // the end of the test, or what DIES_OF_HTTP is about
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            new BrokenConnection(this, channel).serve();
        } catch (IOException gone) {
            // so is the suite's side of it
        } finally {
            connections.remove(channel);
        }
    }

    String address() {
        return "unix:" + socket;
    }

    boolean is(Fault which) {
        return fault == which;
    }

    /** Whether no other connection has the id. */
    boolean take(int id) {
        return ids.add(id);
    }

    void give(int id) {
        ids.remove(id);
    }

    void die() {
        close();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (SocketChannel channel : connections) {
                channel.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
