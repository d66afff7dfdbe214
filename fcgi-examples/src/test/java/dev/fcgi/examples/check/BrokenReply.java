package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.STDERR;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The response that a {@link BrokenWebServer} receives, and what it sends to the browser. */
final class BrokenReply {
    private final BrokenWebServer server;
    private final SocketChannel channel;
    private final int id;
    private final List<byte[]> records = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean begun;
    private volatile boolean lost;
    private volatile boolean sent;
    private int stderr;

    BrokenReply(BrokenWebServer server, SocketChannel channel, int id) {
        this.server = server;
        this.channel = channel;
        this.id = id;
    }

    private boolean has(WebServerFault fault) {
        return server.has(fault);
    }

    boolean hasBegun() {
        return begun;
    }

    /** {@return whether the connection cannot be used again} */
    boolean isLost() {
        return lost;
    }

    void awaitEnd(long milliseconds) {
        try {
            end.await(milliseconds * 10, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void allIsSent() {
        sent = true;
    }

    static Browser.Output error(int status) {
        return new Browser.Output(0, ("HTTP/1.1 " + status + " Error\r\n\r\n").getBytes(StandardCharsets.US_ASCII), "");
    }

    private byte[] read(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            int count = channel.read(bytes);
            if (count < 0) {
                throw new EOFException();
            }
            begun |= count > 0;
            if (has(WebServerFault.HEADER_COMES_AT_ONCE) && length == FcgiRecord.HEADER_LENGTH) {
                break;
            }
        }
        return bytes.array();
    }

    FcgiRecord read() throws IOException {
        ByteBuffer header = ByteBuffer.wrap(read(FcgiRecord.HEADER_LENGTH));
        int length = has(WebServerFault.SIGNED_LENGTH) ? Math.max(0, header.getShort(4)) : header.getShort(4) & 0xFFFF;
        int padding = has(WebServerFault.SIGNED_PADDING) ? Math.max(0, header.get(6)) : header.get(6) & 0xFF;
        byte[] content = read(has(WebServerFault.PADDING_IS_CONTENT) ? length + padding : length);
        if (has(WebServerFault.PADDING_COMES_AT_ONCE) && padding > 0) {
            padding = Math.max(0, channel.read(ByteBuffer.allocate(padding))) == padding ? 0 : 1;
        }
        byte[] skipped = read(has(WebServerFault.PADDING_IS_CONTENT) ? 0 : padding);
        if (has(WebServerFault.PADDING_COMES_AT_ONCE) && padding == 1) {
            throw new EOFException("there should be more");
        }
        return new FcgiRecord(header.get(0), header.get(1), header.getShort(2) & 0xFFFF, content, skipped, header.get(7));
    }

    /** {@return what the browser gets, null for never} */
    Browser.Output output() {
        try {
            return receive();
        } catch (EOFException e) {
            lost = true;
            if (!begun && has(WebServerFault.LOSS_BEFORE_ANSWER_HANGS)) {
                return null;
            }
            return has(WebServerFault.LOSS_IS_THE_END) ? page() : error(502);
        } catch (IOException e) {
            lost = true;
            return has(WebServerFault.RESET_IS_THE_END) ? page() : error(502);
        } finally {
            end.countDown();
        }
    }

    private Browser.Output receive() throws IOException {
        boolean ended = false;
        while (true) {
            if (has(WebServerFault.IMPATIENT) && !BrokenExchange.isReadable(channel, 30)
                    || has(WebServerFault.END_COMES_AT_ONCE) && ended && !BrokenExchange.isReadable(channel, 10)) {
                lost = true;
                return error(504);
            }
            FcgiRecord record = read();
            boolean isOurs = record.id() == id;
            if (record.type() == END_REQUEST && (isOurs || has(WebServerFault.ANY_ID_ENDS))) {
                lost |= !isOurs;
                return has(WebServerFault.STDOUT_HAS_AN_END) && !ended ? error(502) : ended(record.content());
            }
            if (record.type() == STDOUT && (isOurs || has(WebServerFault.ANY_ID))
                    || record.id() == 0 && has(WebServerFault.MANAGEMENT_IS_STDOUT)
                    || record.type() == 99 && has(WebServerFault.ANY_TYPE_IS_STDOUT)) {
                if (!ended || has(WebServerFault.STDOUT_AFTER_ITS_END)) {
                    records.add(record.content());
                }
                ended |= record.content().length == 0;
            } else if (record.type() == STDERR && isOurs && !stderr(record.content())) {
                lost = true;
                return has(WebServerFault.EMPTY_STDERR_IS_THE_END) ? page() : error(502);
            }
            if (record.reserved() != 0 && has(WebServerFault.RESERVED_IS_0)) {
                lost = true;
                return error(502);
            }
        }
    }

    /** Returns false if it is too much for it. */
    private boolean stderr(byte[] content) {
        if (has(WebServerFault.STDERR_IS_STDOUT)) {
            records.add(content);
        }
        stderr += content.length;
        return !(content.length == 0
                        && (has(WebServerFault.EMPTY_STDERR_IS_THE_END) || has(WebServerFault.STDERR_HAS_NO_END)))
                && !(stderr > 50_000 && has(WebServerFault.STDERR_IS_NOT_READ))
                && !(content.length > 0 && content[content.length - 1] != '\n' && has(WebServerFault.STDERR_HAS_LINES));
    }

    private Browser.Output ended(byte[] body) {
        byte[] padded = Arrays.copyOf(body, 8);
        int appStatus = ByteBuffer.wrap(padded).getInt();
        boolean isWell = switch (padded[4]) {
            case FcgiRecord.CANT_MPX_CONN -> has(WebServerFault.CANT_MPX_CONN_IS_WELL);
            case FcgiRecord.OVERLOADED -> has(WebServerFault.OVERLOADED_IS_WELL);
            case FcgiRecord.UNKNOWN_ROLE -> has(WebServerFault.UNKNOWN_ROLE_IS_WELL);
            default -> !(appStatus > 0 && has(WebServerFault.APP_STATUS_IS_ERROR))
                    && !(appStatus < 0 && has(WebServerFault.SIGNED_APP_STATUS))
                    && !(padded[7] != 0 && has(WebServerFault.END_IS_ALL_ZEROS))
                    && !(!sent && has(WebServerFault.END_NEEDS_ALL_SENT));
        };
        return !isWell ? error(503) : page();
    }

    private Browser.Output page() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean inHead = true;
        for (byte[] record : records) {
            all.writeBytes(record);
            if (inHead && end(all.toByteArray()) > 0) {
                inHead = false;
                if (has(WebServerFault.BODY_BEGINS_A_RECORD)) {
                    byte[] head = Arrays.copyOf(all.toByteArray(), end(all.toByteArray()));
                    all.reset();
                    all.writeBytes(head);
                }
            } else if (inHead && has(WebServerFault.HEAD_IS_A_RECORD)) {
                return error(502);
            }
        }
        byte[] bytes = all.toByteArray();
        boolean isWell = bytes.length == 0 && (has(WebServerFault.NOTHING_IS_WELL) || has(WebServerFault.OVERLOADED_IS_WELL)
                || has(WebServerFault.CANT_MPX_CONN_IS_WELL) || has(WebServerFault.UNKNOWN_ROLE_IS_WELL));
        int end = end(bytes);
        if (isWell || end == 0 || bytes.length > 1_000_000 && has(WebServerFault.PAGE_LIMIT)
                || bytes.length == end && has(WebServerFault.EMPTY_IS_ERROR)) {
            return isWell ? page(200, "", new byte[0]) : error(502);
        }
        return page(new String(bytes, 0, end, StandardCharsets.ISO_8859_1), Arrays.copyOfRange(bytes, end, bytes.length));
    }

    /** {@return where the body begins, 0 for nowhere} */
    private int end(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, 100_000), StandardCharsets.ISO_8859_1);
        int crlf = text.indexOf("\r\n\r\n");
        int lf = has(WebServerFault.CRLF_ONLY) ? -1 : text.indexOf("\n\n");
        return crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf >= 0 ? lf + 2 : 0;
    }

    private Browser.Output page(String head, byte[] body) {
        int status = 200;
        int length = body.length;
        int number = 0;
        for (String line : head.split("\r?\n")) {
            number++;
            if (line.length() > 1_000 && has(WebServerFault.SHORT_FIELDS)) {
                return error(502);
            } else if (line.startsWith("Status:") && !has(WebServerFault.NO_STATUS)
                    && !(number > 1 && has(WebServerFault.STATUS_IS_FIRST))) {
                status = Integer.parseInt(line.substring(8, 11));
            } else if (line.startsWith("Location:") && !has(WebServerFault.NO_LOCATION)) {
                status = 302;
            } else if (line.startsWith("Content-Length:") && !has(WebServerFault.CONTENT_LENGTH_DOES_NOT_MATTER)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        byte[] shown = has(WebServerFault.PAGE_IS_TEXT)
                ? new String(body, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8)
                : Arrays.copyOf(body, Math.min(body.length, length));
        return page(status, length > body.length ? "cut" : "", shown);
    }

    private static Browser.Output page(int status, String errors, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("HTTP/1.1 " + status + " \r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(body);
        return new Browser.Output(errors.isEmpty() ? 0 : 18, out.toByteArray(), errors);
    }
}
