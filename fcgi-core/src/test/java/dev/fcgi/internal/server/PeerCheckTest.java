package dev.fcgi.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.io.ChannelTransport;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerCheckTest {
    @TempDir
    private Path directory;

    /** What a process that stops wakes itself with may reach its successor. */
    @Test
    void theLastConnectionOfAPredecessorIsNoComplaint() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        Options options = new Options();
        options.responder = request -> { };
        ServerContext context = new Server(options, List.of()).context;
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel stopping = SocketChannel.open(address);
                SocketChannel speaking = SocketChannel.open(address);
                SocketChannel silent = SocketChannel.open(address)) {
            stopping.shutdownOutput();
            speaking.write(ByteBuffer.allocate(1));
            for (Level expected : List.of(Level.DEBUG, Level.WARNING, Level.WARNING)) {
                try (SocketChannel accepted = listener.accept()) {
                    assertEquals(expected, PeerCheck.level(context, ChannelTransport.accepted(accepted, address)));
                }
            }
            assertTrue(silent.isConnected(), "all the time");
        }
    }
}
