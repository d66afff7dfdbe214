package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An application that follows a script on each connection, however wrong; records its requests, and whether the client
 * closes its connections.
 */
final class ScriptedServer implements AutoCloseable {
    /** The script of one connection; at its end the connection stays open until the client closes it. */
    interface Script {
        void play(Peer peer) throws Exception;
    }

    /** A record as it arrived. */
    record Received(int type, int id, byte[] content) {}

    /** A request as it arrived. */
    record Asked(int connection, int id, int role, int flags, Map<String, String> params, byte[] stdin, byte[] data) {
        String path() {
            return params.get("SCRIPT_NAME");
        }

        String body() {
            return new String(stdin, StandardCharsets.UTF_8);
        }
    }

    private final ServerSocketChannel listener;
    private final Script script;
    private final Thread accepting = Thread.ofVirtual().unstarted(this::accept);
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private ScriptedServer(SocketAddress address, Script script) throws IOException {
        this.listener = address instanceof InetSocketAddress
                ? ServerSocketChannel.open() : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address);
        this.script = script;
        accepting.start();
    }

    static ScriptedServer unix(Path path, Script script) throws IOException {
        return new ScriptedServer(UnixDomainSocketAddress.of(path), script);
    }

    static ScriptedServer tcp(Script script) throws IOException {
        return new ScriptedServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), script);
    }

    /** Answers every request with its path, on connections that are kept. */
    static void echo(Peer peer) throws IOException {
        while (true) {
            Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path() + one.body()));
        }
    }

    SocketAddress address() throws IOException {
        return listener.getLocalAddress();
    }

    int accepted() {
        return accepted.get();
    }

    /** The requests that were received as a whole. */
    List<Asked> asked() {
        return asked;
    }

    List<String> paths() {
        return asked.stream().map(Asked::path).toList();
    }

    List<Peer> peers() {
        return peers;
    }

    private void accept() {
        while (true) {
            try {
                Peer peer = new Peer(listener.accept(), accepted.incrementAndGet());
                peers.add(peer);
                Thread.ofVirtual().start(peer);
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Waits until the client has closed all connections that it has made. */
    void awaitAllClosed() throws InterruptedException {
        for (Peer peer : peers) {
            assertTrue(peer.ended.await(10, TimeUnit.SECONDS), "left open: connection " + peer.number);
        }
    }

    /** Afterwards no connection can be made: while a thread accepts, a closed socket may still take one. */
    void stopListening() throws IOException, InterruptedException {
        listener.close();
        accepting.join();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Peer peer : peers) {
            peer.close();
        }
        if (!failures.isEmpty()) {
            fail("a script failed", failures.get(0));
        }
    }

    /** The application's end of a connection. */
    final class Peer implements Runnable {
        private final SocketChannel channel;
        private final int number;
        private final CountDownLatch ended = new CountDownLatch(1);

        private Peer(SocketChannel channel, int number) {
            this.channel = channel;
            this.number = number;
        }

        int number() {
            return number;
        }

        @Override
        public void run() {
            try (channel) {
                script.play(this);
                awaitEnd();
            } catch (IOException e) {
                // the client has closed it, which is for the test to judge
            } catch (Throwable e) {
                failures.add(e);
            } finally {
                ended.countDown();
            }
        }

        /** Reads until the client closes the connection. */
        void awaitEnd() throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
            while (channel.isOpen() && channel.read(bytes) >= 0) {
                bytes.clear();
            }
        }

        void close() throws IOException {
            channel.close();
        }

        boolean hasEnded() {
            return ended.getCount() == 0;
        }

        /** Closes with RST, on TCP. */
        void reset() throws IOException {
            if (channel.getLocalAddress() instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            channel.close();
        }

        Peer send(byte[]... pieces) throws IOException {
            ByteBuffer all = ByteBuffer.wrap(join(pieces));
            while (all.hasRemaining()) {
                channel.write(all);
            }
            return this;
        }

        /** Receives a record; throws EOFException at the end. */
        Received next() throws IOException {
            ByteBuffer header = read(8);
            int length = header.getShort(4) & 0xFFFF;
            byte[] content = read(length).array();
            read(header.get(6) & 0xFF);
            return new Received(header.get(1) & 0xFF, header.getShort(2) & 0xFFFF, content);
        }

        private ByteBuffer read(int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException();
                }
            }
            return bytes;
        }

        /** Receives BEGIN_REQUEST and PARAMS; the request counts as asked. */
        Asked head() throws IOException {
            return receive(false);
        }

        /** Receives a whole request. */
        Asked request() throws IOException {
            return receive(true);
        }

        private Asked receive(boolean whole) throws IOException {
            ByteArrayOutputStream params = new ByteArrayOutputStream();
            ByteArrayOutputStream stdin = new ByteArrayOutputStream();
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            Received begin = next();
            if (begin.type() != Fcgi.BEGIN_REQUEST) {
                throw new AssertionError("instead of BEGIN_REQUEST: " + Fcgi.typeName(begin.type()));
            }
            int role = begin.content()[1];
            int last = whole ? role == 3 ? Fcgi.DATA : Fcgi.STDIN : Fcgi.PARAMS;
            while (true) {
                Received record = next();
                switch (record.type()) {
                    case Fcgi.PARAMS -> params.writeBytes(record.content());
                    case Fcgi.STDIN -> stdin.writeBytes(record.content());
                    case Fcgi.DATA -> data.writeBytes(record.content());
                    default -> throw new AssertionError("in a request: " + Fcgi.typeName(record.type()));
                }
                if (record.type() == last && record.content().length == 0) {
                    break;
                }
            }
            Asked one = new Asked(number, begin.id(), role, begin.content()[2], decode(params.toByteArray()),
                    stdin.toByteArray(), data.toByteArray());
            asked.add(one);
            return one;
        }
    }

    private static Map<String, String> decode(byte[] content) throws IOException {
        Map<String, String> params = new LinkedHashMap<>();
        NameValuePairs pairs = new NameValuePairs(content, content.length);
        while (pairs.next()) {
            byte[] value = Arrays.copyOfRange(content, pairs.valueStart(), pairs.valueStart() + pairs.valueLength());
            params.put(new String(pairs.name(), StandardCharsets.UTF_8), new String(value, StandardCharsets.UTF_8));
        }
        return params;
    }

    // ---- records

    static byte[] record(int type, int id, byte[] content, int padding) {
        byte[] bytes = new byte[8 + content.length + padding];
        ByteBuffer.wrap(bytes).put((byte) 1).put((byte) type).putShort((short) id).putShort((short) content.length)
                .put((byte) padding).put((byte) 0).put(content);
        Arrays.fill(bytes, 8 + content.length, bytes.length, (byte) 0xAA);
        return bytes;
    }

    static byte[] record(int type, int id, String content) {
        return record(type, id, content.getBytes(StandardCharsets.UTF_8), 0);
    }

    static byte[] stdout(int id, String text) {
        return record(Fcgi.STDOUT, id, text);
    }

    static byte[] stderr(int id, String text) {
        return record(Fcgi.STDERR, id, text);
    }

    static byte[] end(int id, int appStatus, int protocolStatus) {
        byte[] body = ByteBuffer.allocate(8).putInt(appStatus).put((byte) protocolStatus).array();
        return record(Fcgi.END_REQUEST, id, body, 0);
    }

    static byte[] end(int id) {
        return end(id, 0, ProtocolStatus.REQUEST_COMPLETE.code());
    }

    /** A whole response; the text is at most 65,535 bytes. */
    static byte[] answer(int id, String text) {
        return join(stdout(id, text), stdout(id, ""), end(id));
    }

    static byte[] values(String... namesAndValues) {
        ByteArrayOutputStream pairs = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            NameValuePairs.append(pairs, namesAndValues[i], namesAndValues[i + 1]);
        }
        return record(Fcgi.GET_VALUES_RESULT, 0, pairs.toByteArray(), 3);
    }

    static byte[] join(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}
