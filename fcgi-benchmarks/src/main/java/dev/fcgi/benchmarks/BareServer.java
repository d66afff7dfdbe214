package dev.fcgi.benchmarks;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * The baseline of a server: on a virtual thread for each connection, a loop that echoes prepared bytes when a request
 * has ended. It reads only the headers of records, and has no limits, streams or handlers.
 */
final class BareServer implements AutoCloseable {
    private static final int IDS = 64;
    private static final int BUFFER = 4 * 1024;

    private final ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final boolean keep;
    private final ByteBuffer[] responses = new ByteBuffer[IDS];
    private final ByteBuffer values = direct(values());

    BareServer(SocketAddress address, byte[] stdout, boolean keep) throws IOException {
        this.keep = keep;
        for (int id = 0; id < IDS; id++) {
            responses[id] = direct(Messages.response(id, stdout));
        }
        listener.bind(address, 1024);
        Thread.ofVirtual().start(this::accept);
    }

    /** The answer to FCGI_GET_VALUES: yes, it multiplexes. */
    private static byte[] values() {
        byte[] pair = "\17\1FCGI_MPXS_CONNS1".getBytes(StandardCharsets.US_ASCII);
        RecordBuffer records = new RecordBuffer(64, true);
        records.append(Fcgi.GET_VALUES_RESULT, Fcgi.NULL_REQUEST_ID, pair, 0, pair.length);
        records.close();
        byte[] bytes = new byte[records.length()];
        records.copyTo(bytes, 0);
        return bytes;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (ClosedChannelException end) {
            // close() was called
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(SocketChannel channel) {
        ByteBuffer in = ByteBuffer.allocate(BUFFER); // direct ones are slow to make
        ByteBuffer out = ByteBuffer.allocate(BUFFER);
        Headers headers = new Headers();
        try (channel) {
            while (channel.read(in) >= 0) {
                in.flip();
                while (headers.next(in)) {
                    if (headers.type() == Fcgi.STDIN && headers.contentLength() == 0) {
                        put(responses[headers.id()], out, channel);
                    } else if (headers.type() == Fcgi.GET_VALUES) {
                        put(values, out, channel);
                    }
                }
                in.compact();
                if (out.position() > 0) {
                    write(out.flip(), channel);
                    out.clear();
                    if (!keep) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // the client has disconnected
        }
    }

    private static void put(ByteBuffer message, ByteBuffer out, SocketChannel channel) throws IOException {
        if (message.remaining() > out.remaining()) {
            write(out.flip(), channel);
            out.clear();
        }
        if (message.remaining() > out.capacity()) {
            write(message.duplicate(), channel);
        } else {
            out.put(out.position(), message, 0, message.remaining()).position(out.position() + message.remaining());
        }
    }

    private static void write(ByteBuffer bytes, SocketChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
