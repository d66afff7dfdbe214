package dev.fcgi.internal.client;

import dev.fcgi.FcgiException;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.InputStream;

/**
 * Sends the input of a request that does not fit into the write of its head, on a separate virtual thread, so that a
 * caller that reads the response only later cannot deadlock with an application that responds early.
 */
final class InputSender implements Runnable {
    private static final int PIECE = 32 * 1024;

    private final RequestWriter writer;
    private final ClientCall call;
    /** A piece; or several, in a large buffer, if the application takes all that it gets. */
    private final RecordBuffer records = new RecordBuffer(PIECE + 2 * Fcgi.HEADER_LENGTH, true);

    InputSender(RequestWriter writer, ClientCall call) {
        this.writer = writer;
        this.call = call;
    }

    @Override
    public void run() {
        CallRequest request = call.request();
        try {
            if (request.body() == null) {
                send(Fcgi.STDIN, request.bodyBytes());
            } else {
                send(Fcgi.STDIN, request.body(), request.bodyLength());
            }
            if (request.data() != null) {
                send(Fcgi.DATA, request.data(), dataLength(request));
            }
            writer.inputSent(call);
        } catch (Throwable e) { // thrown by the caller's stream
            String message = "sending the request failed: " + message(e);
            writer.abort(call, () -> new FcgiException(message, e));
        } finally {
            records.release();
            request.closeInput();
        }
    }

    /** Called here, because it is the caller's code, and exceptions are created under a lock. */
    private static String message(Throwable failure) {
        try {
            return failure.getMessage();
        } catch (Throwable e) {
            return failure.getClass().getName();
        }
    }

    private static long dataLength(CallRequest request) {
        String length = request.params().values().getOrDefault("FCGI_DATA_LENGTH", "");
        return length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
    }

    private void send(int type, byte[] bytes) throws IOException {
        for (int sent = 0, count; sent < bytes.length; sent += count) {
            count = append(type, bytes, sent);
            if (!writer.writeInput(call, records, count, true)) {
                return;
            }
        }
        sendEnd(type);
    }

    /** Appends as much as there is room for, from some byte on. Returns how much. */
    private int append(int type, byte[] bytes, int from) {
        int end = from;
        for (int count; (count = Math.min(PIECE, Math.min(bytes.length - end, room(type)))) > 0; end += count) {
            records.append(type, call.id(), bytes, end, count);
            records.close();
        }
        return end - from;
    }

    private int room(int type) {
        return records.room(type, call.id());
    }

    private void sendEnd(int type) throws IOException {
        records.endStream(type, call.id());
        writer.writeInput(call, records, 0, false);
    }

    private void send(int type, InputStream in, long length) throws IOException {
        records.release(); // a stream fills no large buffer, and may take long to read
        byte[] piece = new byte[PIECE];
        long sent = 0;
        for (int count; (count = in.read(piece)) >= 0; sent += count) {
            // PHP-FPM waits for missing bytes forever, and takes surplus ones for the next request
            if (length >= 0 && sent + count > length) {
                throw new FcgiException(Fcgi.typeName(type) + " has more than the " + length + " bytes announced");
            }
            if (count > 0) {
                records.append(type, call.id(), piece, 0, count);
                if (!writer.writeInput(call, records, count, false)) {
                    return;
                }
            }
        }
        if (length >= 0 && sent < length) {
            throw new FcgiException(Fcgi.typeName(type) + " has " + sent + " bytes instead of " + length);
        }
        sendEnd(type);
    }
}
