package dev.fcgi.internal.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * STDERR of a response: split into lines independently of records, and kept up to a limit. The rest is dropped, which a
 * note at the end says. Guarded by its owner.
 */
final class StderrLines {
    private static final byte[] NOTE = "\n[the rest of STDERR is dropped]\n".getBytes(StandardCharsets.US_ASCII);

    private final int limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
    private int taken;
    private int kept;
    /** Line ends not taken yet; most checks find none and must be cheap. */
    private int lineEnds;
    private boolean full;

    StderrLines(int limit) {
        this.limit = limit;
    }

    void add(ByteBuffer source, int offset, int length) {
        int room = Math.max(0, limit - kept);
        byte[] fitting = new byte[Math.min(length, room)];
        source.get(offset, fitting);
        write(fitting);
        kept += fitting.length;
        if (length > room && !full) {
            full = true;
            write(NOTE);
        }
    }

    private void write(byte[] text) {
        bytes.writeBytes(text);
        for (byte b : text) {
            lineEnds += b == '\n' ? 1 : 0;
        }
    }

    boolean hasLines() {
        return lineEnds > 0;
    }

    byte[] kept() {
        return bytes.toByteArray();
    }

    /** Takes complete lines that were not taken before; at the end also an incomplete one. */
    void take(List<String> lines, boolean end) {
        if (lineEnds == 0 && !(end && taken < bytes.size())) {
            return;
        }
        byte[] all = bytes.toByteArray();
        for (int i = taken; i < all.length; i++) {
            if (all[i] == '\n') {
                lines.add(line(all, taken, i));
                taken = i + 1;
            }
        }
        if (end && taken < all.length) {
            lines.add(line(all, taken, all.length));
            taken = all.length;
        }
        lineEnds = 0;
    }

    private static String line(byte[] all, int start, int end) {
        String line = new String(Arrays.copyOfRange(all, start, end), StandardCharsets.UTF_8);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
