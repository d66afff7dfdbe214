package dev.fcgi.examples.check;

import java.util.ArrayList;
import java.util.List;

/** The records sent and received in a case, one line for each. Confined to the thread that runs the case. */
final class Transcript {
    private static final int LONGEST = 500;
    private static final int SHOWN = 72;

    private final long start = System.nanoTime();
    private final List<String> lines = new ArrayList<>();

    void add(String line) {
        if (lines.size() < LONGEST) {
            lines.add(String.format("%6.3f ", (System.nanoTime() - start) / 1e9) + line);
        } else if (lines.size() == LONGEST) {
            lines.add("and so on");
        }
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The first bytes of an array, with unprintable ones escaped. */
    static String text(byte[] bytes) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < bytes.length; i++) {
            if (out.length() > SHOWN) {
                return out.append("\"...").toString();
            }
            char c = (char) (bytes[i] & 0xFF);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '"', '\\' -> out.append('\\').append(c);
                default -> out.append(c < ' ' || c > '~' ? String.format("\\x%02x", (int) c) : String.valueOf(c));
            }
        }
        return out.append('"').toString();
    }
}
