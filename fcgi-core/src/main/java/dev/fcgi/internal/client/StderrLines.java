package dev.fcgi.internal.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * STDERR of a response: joined into lines, whatever the records, and kept up to a limit. What exceeds it is dropped with
 * a note at its end. Guarded by whoever owns it.
 */
final class StderrLines {
    private final int limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
    private int taken;
    private boolean full;

    StderrLines(int limit) {
        this.limit = limit;
    }

    void add(byte[] source, int offset, int length) {
        int room = limit - bytes.size();
        bytes.write(source, offset, Math.max(0, Math.min(length, room)));
        if (length > room && !full) {
            full = true;
            bytes.writeBytes("\n[the rest of STDERR is dropped]\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    byte[] kept() {
        return bytes.toByteArray();
    }

    /** Takes the lines that are complete and were not taken before; at the end also an incomplete one. */
    void take(List<String> lines, boolean end) {
        if (taken == bytes.size()) {
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
    }

    private static String line(byte[] all, int start, int end) {
        String line = new String(Arrays.copyOfRange(all, start, end), StandardCharsets.UTF_8);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
