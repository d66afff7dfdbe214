package dev.fcgi.examples;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A FastCGI connection without the library, for one request at a time. */
final class RawConnection implements AutoCloseable {
    static final int RESPONDER = 1;
    static final int AUTHORIZER = 2;
    static final int FILTER = 3;

    private static final int BEGIN_REQUEST = 1;
    private static final int END_REQUEST = 3;
    private static final int PARAMS = 4;
    private static final int STDIN = 5;
    private static final int STDOUT = 6;
    private static final int STDERR = 7;
    private static final int DATA = 8;

    private final SocketChannel channel;
    private final DataInputStream in;

    private RawConnection(SocketChannel channel) {
        this.channel = channel;
        InputStream bytes = Channels.newInputStream(channel);
        this.in = new DataInputStream(new BufferedInputStream(bytes, 512)); // small: there may be thousands
    }

    static SocketAddress parse(String address) {
        if (address.startsWith("unix:")) {
            return UnixDomainSocketAddress.of(address.substring(5));
        }
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    static RawConnection open(String address) throws IOException {
        SocketAddress target = parse(address);
        SocketChannel channel = target instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        try {
            channel.connect(target);
            return new RawConnection(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** One GET on a connection of its own. */
    static RawReply get(String address, String path, String query) throws IOException {
        try (RawConnection connection = open(address)) {
            connection.send(RESPONDER, false, environment(path, query), new byte[0], null);
            return connection.reply();
        }
    }

    static Map<String, String> environment(String path, String query) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("REQUEST_METHOD", "GET");
        environment.put("SCRIPT_NAME", path);
        environment.put("QUERY_STRING", query);
        environment.put("GATEWAY_INTERFACE", "CGI/1.1");
        environment.put("SERVER_PROTOCOL", "HTTP/1.1");
        return environment;
    }

    /** Sends a whole request; without a stream for DATA unless the role has one. */
    void send(int role, boolean keep, Map<String, String> environment, byte[] stdin, byte[] data)
            throws IOException {
        send(1, role, keep, environment, stdin, data);
    }

    /** Sends a whole request under an id. */
    void send(int id, int role, boolean keep, Map<String, String> environment, byte[] stdin, byte[] data)
            throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        record(records, BEGIN_REQUEST, id, new byte[] {0, (byte) role, (byte) (keep ? 1 : 0), 0, 0, 0, 0, 0});
        ByteArrayOutputStream params = new ByteArrayOutputStream();
        environment.forEach((name, value) -> pair(params, name, value));
        stream(records, PARAMS, id, params.toByteArray());
        stream(records, STDIN, id, stdin);
        if (data != null) {
            stream(records, DATA, id, data);
        }
        ByteBuffer bytes = ByteBuffer.wrap(records.toByteArray());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void pair(ByteArrayOutputStream out, String name, String value) {
        byte[] n = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] v = value.getBytes(StandardCharsets.ISO_8859_1);
        length(out, n.length);
        length(out, v.length);
        out.writeBytes(n);
        out.writeBytes(v);
    }

    private static void length(ByteArrayOutputStream out, int length) {
        if (length > 127) {
            out.write(length >>> 24 | 0x80);
            out.write(length >>> 16);
            out.write(length >>> 8);
        }
        out.write(length);
    }

    private static void stream(ByteArrayOutputStream out, int type, int id, byte[] content) {
        for (int start = 0; start < content.length; start += 65535) {
            int count = Math.min(65535, content.length - start);
            header(out, type, id, count);
            out.write(content, start, count);
        }
        header(out, type, id, 0);
    }

    private static void record(ByteArrayOutputStream out, int type, int id, byte[] content) {
        header(out, type, id, content.length);
        out.writeBytes(content);
    }

    private static void header(ByteArrayOutputStream out, int type, int id, int length) {
        out.writeBytes(new byte[] {
            1, (byte) type, (byte) (id >>> 8), (byte) id, (byte) (length >>> 8), (byte) length, 0, 0
        });
    }

    /** Reads up to END_REQUEST. */
    RawReply reply() throws IOException {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        while (true) {
            int version = in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int id = in.readUnsignedShort();
            int length = in.readUnsignedShort();
            int padding = in.readUnsignedByte();
            in.readUnsignedByte();
            byte[] content = in.readNBytes(length);
            in.skipNBytes(padding);
            if (version != 1 || id != 1 || content.length != length) {
                throw new AssertionError("record of version " + version + ", type " + type + ", id " + id + " with "
                        + content.length + " of " + length + " bytes");
            }
            switch (type) {
                case STDOUT -> stdout.writeBytes(content);
                case STDERR -> stderr.writeBytes(content);
                case END_REQUEST -> {
                    ByteBuffer end = ByteBuffer.wrap(content);
                    return new RawReply(stdout.toByteArray(), stderr.toByteArray(), end.getInt(), end.get());
                }
                default -> throw new AssertionError("record of type " + type);
            }
        }
    }

    /** {@return whether the first byte of a response arrives} */
    boolean hasAnswered() throws IOException {
        return in.read() >= 0;
    }

    /** {@return whether the peer ends the connection without one more byte} */
    boolean isClosedByPeer() throws IOException {
        try {
            return in.read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
