package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Plays the web server over a real socket, one line per record.
 *
 * <p>Bytes to send are collected and written at the next expectation (or {@link #send}), split by the {@link Cutting}.
 * Expectations read no more than they need, each within a deadline; records of one request must arrive in the expected
 * order, those of different requests may be interleaved. Every received record must be well-formed: version 1, reserved
 * byte 0, and zero padding to a multiple of 8 only on records with content. Confined to one thread.
 */
final class ScriptedPeer implements AutoCloseable {
    static final int RESPONDER = 1;
    static final int AUTHORIZER = 2;
    static final int FILTER = 3;
    static final int KEEP_CONN = 1;

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** A record as it arrived; segment is the number of the read that brought its last byte. */
    record Received(int type, int id, byte[] content, int padding, int segment) {
        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            String shown = text().length() > 60 ? text().substring(0, 60) + "…" : text();
            return "{" + id + " " + Fcgi.typeName(type) + " " + content.length + "+" + padding + " " + shown + "}";
        }
    }

    private final SocketChannel channel;
    private final Selector selector;
    private final Cutting cutting;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    private final List<Received> received = new ArrayList<>();
    private byte[] partial = {};
    private int segments;
    private boolean ended;
    private IOException reset;

    private ScriptedPeer(SocketAddress address, Cutting cutting) throws IOException {
        this.cutting = cutting;
        this.channel = SocketChannel.open(address);
        if (address instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // each piece is a segment
        }
        channel.configureBlocking(false);
        this.selector = Selector.open();
        channel.register(selector, 0);
    }

    static ScriptedPeer connect(SocketAddress address) throws IOException {
        return new ScriptedPeer(address, Cutting.WHOLE);
    }

    static ScriptedPeer connect(SocketAddress address, Cutting cutting) throws IOException {
        return new ScriptedPeer(address, cutting);
    }

    SocketAddress address() throws IOException {
        return channel.getLocalAddress();
    }

    // ---- sending

    ScriptedPeer record(int type, int id, byte[] content, int padding) {
        unsent.writeBytes(recordBytes(type, id, content, padding));
        return this;
    }

    static byte[] recordBytes(int type, int id, byte[] content, int padding) {
        byte[] bytes = new byte[8 + content.length + padding];
        bytes[0] = 1;
        bytes[1] = (byte) type;
        bytes[2] = (byte) (id >> 8);
        bytes[3] = (byte) id;
        bytes[4] = (byte) (content.length >> 8);
        bytes[5] = (byte) content.length;
        bytes[6] = (byte) padding;
        System.arraycopy(content, 0, bytes, 8, content.length);
        Arrays.fill(bytes, 8 + content.length, bytes.length, (byte) 0xAA); // padding has no meaning
        return bytes;
    }

    ScriptedPeer record(int type, int id, byte[] content) {
        return record(type, id, content, 0);
    }

    ScriptedPeer bytes(String hex) {
        return bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    ScriptedPeer bytes(byte[] raw) {
        unsent.writeBytes(raw);
        return this;
    }

    ScriptedPeer begin(int id, int role, int flags) {
        return record(Fcgi.BEGIN_REQUEST, id, beginBody(role, flags));
    }

    static byte[] beginBody(int role, int flags) {
        return new byte[] {(byte) (role >> 8), (byte) role, (byte) flags, 0, 0, 0, 0, 0};
    }

    ScriptedPeer params(int id, String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            NameValuePairs.append(block, namesAndValues[i], namesAndValues[i + 1]);
        }
        return params(id, block.toByteArray());
    }

    ScriptedPeer params(int id, Map<String, String> params) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        params.forEach((name, value) -> NameValuePairs.append(block, name, value));
        return params(id, block.toByteArray());
    }

    ScriptedPeer params(int id, byte[] raw) {
        return stream(Fcgi.PARAMS, id, raw);
    }

    ScriptedPeer endParams(int id) {
        return record(Fcgi.PARAMS, id, new byte[0]);
    }

    ScriptedPeer stdin(int id, byte[] content) {
        return stream(Fcgi.STDIN, id, content);
    }

    ScriptedPeer stdin(int id, String content) {
        return stdin(id, content.getBytes(StandardCharsets.UTF_8));
    }

    ScriptedPeer endStdin(int id) {
        return record(Fcgi.STDIN, id, new byte[0]);
    }

    ScriptedPeer data(int id, String content) {
        return stream(Fcgi.DATA, id, content.getBytes(StandardCharsets.UTF_8));
    }

    ScriptedPeer endData(int id) {
        return record(Fcgi.DATA, id, new byte[0]);
    }

    private ScriptedPeer stream(int type, int id, byte[] content) {
        for (int from = 0; from < content.length; from += Fcgi.MAX_LENGTH) {
            record(type, id, Arrays.copyOfRange(content, from, Math.min(content.length, from + Fcgi.MAX_LENGTH)));
        }
        return this;
    }

    ScriptedPeer abort(int id) {
        return record(Fcgi.ABORT_REQUEST, id, new byte[0]);
    }

    ScriptedPeer getValues(String... names) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (String name : names) {
            NameValuePairs.append(block, name, "");
        }
        return record(Fcgi.GET_VALUES, 0, block.toByteArray());
    }

    /** The head of a Responder request: BEGIN_REQUEST and PARAMS with their end. */
    ScriptedPeer head(int id, int flags, String path) {
        return begin(id, RESPONDER, flags)
                .params(id, "REQUEST_METHOD", "GET", "SCRIPT_NAME", path, "SERVER_PROTOCOL", "HTTP/1.1")
                .endParams(id);
    }

    /** A whole Responder request without a body. */
    ScriptedPeer request(int id, int flags, String path) {
        return head(id, flags, path).endStdin(id);
    }

    /** A whole Responder request on a connection that stays. */
    ScriptedPeer request(int id, String path) {
        return request(id, KEEP_CONN, path);
    }

    /** Sends the collected bytes. Blocks while the server does not accept them, up to the deadline. */
    ScriptedPeer send() {
        byte[] all = unsent.toByteArray();
        unsent.reset();
        int from = 0;
        try {
            for (int length : cutting.pieces(all.length)) {
                write(ByteBuffer.wrap(all, from, length));
                from += length;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(describe("cannot send"), e);
        }
        return this;
    }

    private void write(ByteBuffer piece) throws IOException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (piece.hasRemaining()) {
            if (channel.write(piece) == 0 && !await(SelectionKey.OP_WRITE, deadline)) {
                fail(describe("the server takes no more, " + piece.remaining() + " bytes left"));
            }
        }
    }

    /** Sends as much as the server and the kernel accept without waiting; returns how many bytes. */
    int sendWhatFits(byte[] bytes) throws IOException {
        send();
        return channel.write(ByteBuffer.wrap(bytes));
    }

    /** Half-closes the connection. */
    ScriptedPeer shutdownOutput() throws IOException {
        send();
        channel.shutdownOutput();
        return this;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }

    // ---- expecting

    /** Expects all of STDOUT with its end. */
    ScriptedPeer expectStdout(int id, String text) {
        String sent = stdout(id);
        if (!text.equals(sent)) { // a megabyte of text does not help in a message
            assertEquals(shorten(text), shorten(sent), describe("STDOUT of request " + id));
            fail(describe("STDOUT of request " + id + ": " + sent.length() + " other bytes"));
        }
        return this;
    }

    /** Receives all of STDOUT with its end. */
    String stdout(int id) {
        return stream(Fcgi.STDOUT, id);
    }

    private String stream(int type, int id) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (Received record; (record = next(type, id)).content().length > 0; ) {
            content.writeBytes(record.content());
        }
        return content.toString(StandardCharsets.UTF_8);
    }

    /** Expects a part of STDOUT, not its end. */
    ScriptedPeer expectStdoutPart(int id, String text) {
        StringBuilder content = new StringBuilder();
        while (content.length() < text.length()) {
            content.append(next(Fcgi.STDOUT, id).text());
        }
        assertEquals(text, content.toString(), describe("STDOUT of request " + id));
        return this;
    }

    ScriptedPeer expectStderr(int id, String text) {
        StringBuilder content = new StringBuilder();
        while (content.length() < text.length()) {
            content.append(next(Fcgi.STDERR, id).text());
        }
        assertEquals(text, content.toString(), describe("STDERR of request " + id));
        return this;
    }

    ScriptedPeer expectEnd(int id, int appStatus, ProtocolStatus protocolStatus) {
        Received end = next(Fcgi.END_REQUEST, id);
        byte[] expected = ByteBuffer.allocate(8).putInt(appStatus).put((byte) protocolStatus.code()).array();
        assertArrayEquals(expected, end.content(), describe("END_REQUEST of request " + id)); // 5.5-body
        return this;
    }

    /** Expects the complete response of a successful handler. */
    ScriptedPeer expectAnswer(int id, String text) {
        return expectStdout(id, text).expectEnd(id, 0, ProtocolStatus.REQUEST_COMPLETE);
    }

    /** Expects a response of the library: a status on STDOUT, and the end. */
    ScriptedPeer expectStatus(int id, int status, int appStatus, ProtocolStatus protocolStatus) {
        String answer = stdout(id);
        assertTrue(answer.startsWith("Status: " + status + " "), describe(answer));
        return expectEnd(id, appStatus, protocolStatus);
    }

    ScriptedPeer expectGetValuesResult(String... namesAndValues) {
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            expected.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        Received result = next(Fcgi.GET_VALUES_RESULT, 0); // 4.1-result-id
        try {
            Map<String, String> sent = EncodedParams.decode(result.content(), result.content().length).toMap();
            assertEquals(expected, new TreeMap<>(new LinkedHashMap<>(sent)));
        } catch (FcgiProtocolException e) {
            fail(describe("malformed GET_VALUES_RESULT"), e);
        }
        return this;
    }

    ScriptedPeer expectUnknownType(int type) {
        byte[] expected = {(byte) type, 0, 0, 0, 0, 0, 0, 0};
        assertArrayEquals(expected, next(Fcgi.UNKNOWN_TYPE, 0).content());
        return this;
    }

    /** Expects that nothing else was sent: the answer to a query sent now must be the next record. */
    ScriptedPeer expectQuiet() {
        getValues("FCGI_NONE").send();
        Received next = awaitRecord(received.size());
        assertEquals(Fcgi.GET_VALUES_RESULT, next.type(), describe("not asked for: " + next));
        assertEquals(List.of(next), received, describe("not asked for"));
        received.clear();
        return this;
    }

    /**
     * Expects the orderly end of the connection after all expected records; then closes it on this side as well, as a
     * web server does.
     */
    ScriptedPeer expectClosed() {
        send();
        awaitEnd();
        assertTrue(reset == null, () -> describe("reset instead of closed: " + reset));
        assertEquals(List.of(), received, "records before the end");
        assertEquals(0, partial.length, "bytes of a broken record before the end");
        try {
            close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** The same with another deadline, for tests that expect that it does not come. */
    ScriptedPeer expectClosedWithin(Duration time) {
        awaitEnd(time);
        return expectClosed();
    }

    /**
     * Expects an incomplete response: no END_REQUEST, but the record that makes nginx fail the response, because nginx
     * takes a mere close for the regular end; then the close.
     */
    ScriptedPeer expectCut(int id) {
        send();
        awaitEnd();
        assertTrue(received.removeIf(record -> record.id() == id && record.type() == Fcgi.ABORT_REQUEST));
        return expectClosed();
    }

    /** Expects the end of the connection, orderly or not, after any records. */
    ScriptedPeer expectGone() {
        try {
            send();
        } catch (UncheckedIOException ignored) {
            // as expected
        }
        awaitEnd();
        return this;
    }

    /** Receives the next record of a request, whatever its type. */
    Received next(int id) {
        send();
        for (int i = 0; ; i++) {
            if (awaitRecord(i).id() == id) {
                return received.remove(i);
            }
        }
    }

    /** Receives the next record of a request, which must have the type. */
    Received next(int type, int id) {
        Received record = next(id);
        assertEquals(Fcgi.typeName(type), Fcgi.typeName(record.type()), () -> describe("instead: " + record));
        return record;
    }

    /** Whether the connection has ended; receives available data without waiting. */
    boolean hasEnded() {
        if (!ended) {
            read();
        }
        return ended;
    }

    /** Receives available data without waiting; returns the number of unclaimed records. */
    int pending() {
        hasEnded();
        return received.size();
    }

    private Received awaitRecord(int index) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (received.size() <= index) {
            if (ended) {
                fail(describe("the connection ended: " + (reset == null ? "closed" : reset)));
            }
            awaitReadable(deadline);
            read();
        }
        return received.get(index);
    }

    private void awaitEnd() {
        awaitEnd(DEADLINE);
    }

    private void awaitEnd(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!ended) {
            awaitReadable(deadline);
            read();
        }
    }

    private void awaitReadable(long deadline) {
        try {
            if (!await(SelectionKey.OP_READ, deadline)) {
                fail(describe("nothing came in time"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean await(int operation, long deadline) throws IOException {
        long left = deadline - System.nanoTime();
        channel.keyFor(selector).interestOps(operation);
        selector.select(Math.max(1, left / 1_000_000));
        selector.selectedKeys().clear();
        return System.nanoTime() - deadline < 0;
    }

    private void read() {
        ByteBuffer bytes = ByteBuffer.allocate(256 * 1024);
        try {
            int count = channel.read(bytes);
            if (count < 0) {
                ended = true;
            } else if (count > 0) {
                segments++;
                take(Arrays.copyOf(bytes.array(), count));
            }
        } catch (IOException e) {
            ended = true;
            reset = e;
        }
    }

    private void take(byte[] arrived) {
        byte[] all = Arrays.copyOf(partial, partial.length + arrived.length);
        System.arraycopy(arrived, 0, all, partial.length, arrived.length);
        int at = 0;
        while (all.length - at >= 8) {
            int length = (all[at + 4] & 0xFF) << 8 | all[at + 5] & 0xFF;
            int padding = all[at + 6] & 0xFF;
            if (all.length - at < 8 + length + padding) {
                break;
            }
            byte[] content = Arrays.copyOfRange(all, at + 8, at + 8 + length);
            check(Arrays.copyOfRange(all, at, at + 8 + length + padding), length, padding);
            received.add(new Received(all[at + 1] & 0xFF, (all[at + 2] & 0xFF) << 8 | all[at + 3] & 0xFF,
                    content, padding, segments));
            at += 8 + length + padding;
        }
        partial = Arrays.copyOfRange(all, at, all.length);
    }

    private void check(byte[] record, int length, int padding) {
        assertEquals(1, record[0], "version"); // 3.3-version-sent
        assertEquals(0, record[7], "reserved"); // 3.3-reserved-sent
        assertEquals(-length & 7, padding, "padding of " + length + " bytes"); // 3.3-alignment-sent
        for (int i = 8 + length; i < record.length; i++) {
            assertEquals(0, record[i], "padding byte"); // 3.3-padding-sent
        }
    }

    private String describe(String what) {
        return what + " (" + cutting + ", unclaimed " + shorten(received.toString()) + ")";
    }

    private static String shorten(String text) {
        return text.length() > 1000 ? text.substring(0, 1000) + "… " + text.length() + " characters" : text;
    }
}
