package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES_RESULT;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request of a {@link BrokenWebServer}, as it is sent. */
final class BrokenExchange {
    private static final long PATIENCE = 30;

    private final BrokenWebServer server;
    private final String name;
    private final byte[] body;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private volatile SocketChannel channel;
    private volatile BrokenReply reply;
    private volatile boolean left;
    private volatile boolean done;

    BrokenExchange(BrokenWebServer server, String name, byte[] body) {
        this.server = server;
        this.name = name;
        this.body = body;
    }

    private boolean has(WebServerFault fault) {
        return server.has(fault);
    }

    /** The browser disconnects. */
    void cancel() {
        left = true;
        if (!done && !has(WebServerFault.NO_ABORT)
                && !(has(WebServerFault.NO_ABORT_BEFORE_OUTPUT) && reply != null && !reply.hasBegun())) {
            close(channel);
        }
    }

    static void close(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // it is closed
        }
    }

    /** {@return what the browser gets, null for never} */
    Browser.Output run() throws IOException {
        channel = server.kept();
        if (channel != null) {
            Browser.Output output = exchange();
            boolean again = reply.isLost() && !reply.hasBegun() && !has(WebServerFault.USES_WHAT_IS_CLOSED)
                    && !has(WebServerFault.NEVER_ASKS_AGAIN);
            if (!again || left) {
                return output;
            }
        }
        channel = server.connect();
        if (server.asksForValues()) {
            out.reset();
            byte[] query = FcgiRecord.pairs("FCGI_MPXS_CONNS", "");
            write(FcgiRecord.of(GET_VALUES, has(WebServerFault.VALUES_OF_ID_1) ? 1 : 0, query));
            channel.write(ByteBuffer.wrap(out.toByteArray()));
            boolean comes = isReadable(channel, has(WebServerFault.WAITS_FOR_VALUES) ? 100_000 : PATIENCE);
            FcgiRecord values = comes ? new BrokenReply(server, channel, 0).read() : null;
            if (has(WebServerFault.NEEDS_VALUES) && values != null
                    && values.type() == GET_VALUES_RESULT && values.content().length == 0) {
                close(channel);
                return BrokenReply.error(502);
            }
        }
        return exchange();
    }

    private Browser.Output exchange() throws IOException {
        out.reset();
        int id = has(WebServerFault.LARGE_ID) ? 40_000 : 1;
        request(id);
        byte[] request = out.toByteArray();
        SocketChannel to = channel;
        BrokenReply from = new BrokenReply(server, to, id);
        reply = from;
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                int tail = has(WebServerFault.END_NEEDS_ALL_SENT) && body != null ? 8 : 0;
                to.write(ByteBuffer.wrap(request, 0, request.length - tail));
                if (tail > 0) {
                    from.awaitEnd(PATIENCE);
                    to.write(ByteBuffer.wrap(request, request.length - tail, tail));
                }
                from.allIsSent();
            } catch (IOException e) {
                // what there is of an answer counts
            }
        });
        Browser.Output output = from.output();
        try {
            if (from.isLost() || !server.keeps()) {
                close(to);
            }
            writer.join();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        done = true;
        if (to.isOpen() && !left) {
            server.keep(to);
        }
        return output;
    }

    private void request(int id) {
        byte[] begin = FcgiRecord.beginBody(has(WebServerFault.ROLE) ? 0x100 : 1, (server.keeps() ? 1 : 0)
                | (has(WebServerFault.FLAGS) ? 2 : 0));
        begin = Arrays.copyOf(begin, has(WebServerFault.BEGIN_OF_7) ? 7 : 8);
        record(BEGIN_REQUEST, id, begin);
        if (has(WebServerFault.BEGIN_TWICE)) {
            record(BEGIN_REQUEST, id, begin);
        }
        byte[] params = params();
        record(PARAMS, id, params);
        if (has(WebServerFault.STDIN_WITHIN_PARAMS)) {
            record(STDIN, id, new byte[0]);
        }
        if (!has(WebServerFault.NO_END_OF_PARAMS)) {
            record(PARAMS, id, new byte[0]);
        }
        byte[] all = body != null ? body : new byte[has(WebServerFault.BODY_FOR_GET) ? 1 : 0];
        if (has(WebServerFault.BODY_AS_TEXT)) {
            all = new String(all, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
        }
        int length = has(WebServerFault.BODY_OF_ONE_RECORD) ? Math.min(32_768, all.length) : all.length;
        for (int from = 0; from < length; from += 32_768) {
            record(STDIN, id, Arrays.copyOfRange(all, from, Math.min(from + 32_768, length)));
        }
        if (!has(WebServerFault.NO_END_OF_STDIN) && !has(WebServerFault.STDIN_WITHIN_PARAMS)) {
            record(STDIN, has(WebServerFault.STDIN_OF_ID_0) ? 0 : id, new byte[0]);
        }
        if (has(WebServerFault.STDIN_OF_ID_0)) {
            record(STDIN, id, new byte[0]);
        }
    }

    private byte[] params() {
        Map<String, String> params = new LinkedHashMap<>();
        params.put("REQUEST_METHOD", body == null ? "GET" : "POST");
        params.put("SCRIPT_NAME", "/" + name);
        params.put("REQUEST_URI", "/" + name);
        params.put("QUERY_STRING", "");
        params.put("SERVER_PROTOCOL", "HTTP/1.1");
        params.put("SERVER_NAME", "localhost");
        params.put("SERVER_PORT", "80");
        params.put("SERVER_SOFTWARE", "broken");
        params.put("GATEWAY_INTERFACE", "CGI/1.1");
        params.put("REMOTE_ADDR", "127.0.0.1");
        if (body != null) {
            params.put("CONTENT_LENGTH", Integer.toString(body.length));
        }
        if (has(WebServerFault.NULL_BYTE)) {
            params.put("HTTP_X_A", "a\0");
        }
        if (server.fault() != null) {
            params.remove(server.fault().missing());
        }
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        params.forEach((key, value) -> encoded.writeBytes(has(WebServerFault.PAIRS_WITH_EQUAL_SIGN)
                ? (key + "=" + value + "\0").getBytes(StandardCharsets.ISO_8859_1)
                : has(WebServerFault.ONE_BYTE_FOR_128) ? oneByteLengths(key, value)
                : FcgiRecord.pairs(key, value)));
        if (has(WebServerFault.NAME_TWICE)) {
            encoded.writeBytes(FcgiRecord.pairs("REQUEST_METHOD", "GET"));
        }
        return encoded.toByteArray();
    }

    private static byte[] oneByteLengths(String key, String value) {
        ByteArrayOutputStream pair = new ByteArrayOutputStream();
        pair.write(key.length());
        pair.write(value.length());
        pair.writeBytes((key + value).getBytes(StandardCharsets.ISO_8859_1));
        return pair.toByteArray();
    }

    private void record(int type, int id, byte[] content) {
        int padding = has(WebServerFault.NO_ALIGNMENT) ? 0 : -content.length & 7;
        write(new FcgiRecord(has(WebServerFault.VERSION) ? 0 : 1, type, id, content, new byte[padding],
                has(WebServerFault.RESERVED) ? 1 : 0));
    }

    private void write(FcgiRecord record) {
        out.writeBytes(record.bytes());
    }

    /** {@return whether there is something to read, or the end, within some milliseconds} */
    static boolean isReadable(SocketChannel channel, long milliseconds) throws IOException {
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            return (milliseconds == 0 ? selector.selectNow() : selector.select(milliseconds)) > 0;
        } finally {
            if (channel.isOpen()) {
                channel.configureBlocking(true);
            }
        }
    }
}
