package dev.fcgi.internal.client;

import dev.fcgi.FcgiException;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InputStream;

/**
 * Sends the input of a request that does not fit into the write of its head: on a virtual thread of its own, so that a
 * caller who reads the response only later cannot deadlock with an application that answers early.
 */
final class InputSender implements Runnable {
    private static final int PIECE = 32 * 1024;

    private final RequestWriter writer;
    private final ClientCall call;

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
        } catch (Throwable e) { // of the caller's stream
            String message = "sending the request failed: " + message(e);
            writer.abort(call, () -> new FcgiException(message, e));
        } finally {
            request.closeInput();
        }
    }

    /** Asked here, since it is the caller's code, and failures are made under a lock. */
    private static String message(Throwable failure) {
        try {
            return failure.getMessage();
        } catch (Throwable e) {
            return failure.getClass().getName();
        }
    }

    private static long dataLength(CallRequest request) {
        String length = request.params().getOrDefault("FCGI_DATA_LENGTH", "");
        return length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
    }

    private void send(int type, byte[] bytes) throws IOException {
        for (int sent = 0; sent < bytes.length; sent += PIECE) {
            if (!writer.writeInput(call, type, bytes, sent, Math.min(PIECE, bytes.length - sent))) {
                return;
            }
        }
        writer.writeInput(call, type, bytes, 0, 0);
    }

    private void send(int type, InputStream in, long length) throws IOException {
        byte[] piece = new byte[PIECE];
        long sent = 0;
        for (int count; (count = in.read(piece)) >= 0; sent += count) {
            // PHP-FPM waits for missing bytes forever, and takes surplus ones for the next request
            if (length >= 0 && sent + count > length) {
                throw new FcgiException(Fcgi.typeName(type) + " has more than the " + length + " bytes announced");
            }
            if (count > 0 && !writer.writeInput(call, type, piece, 0, count)) {
                return;
            }
        }
        if (length >= 0 && sent < length) {
            throw new FcgiException(Fcgi.typeName(type) + " has " + sent + " bytes instead of " + length);
        }
        writer.writeInput(call, type, piece, 0, 0);
    }
}
