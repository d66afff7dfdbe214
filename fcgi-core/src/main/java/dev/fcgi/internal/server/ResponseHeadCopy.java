package dev.fcgi.internal.server;

import dev.fcgi.CgiHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A copy of the start of a response for observers, which has its head; the head is looked for when somebody asks for it,
 * or when more is written. One thread writes it, any thread reads it.
 */
final class ResponseHeadCopy {
    private static final int MAX_LENGTH = 8192;

    /** Replaced, never changed; other threads may see a slightly old one. */
    private byte[] bytes;
    /** What the writer knows: whether {@link #bytes} has all of the head, and how far it has looked. */
    private boolean complete;
    private int scanned;
    private boolean lineEmpty = true;

    /** Creates a copy that has some bytes already, which must not change. */
    ResponseHeadCopy(byte[] start) {
        this.bytes = start;
    }

    /** Appends what the handler writes, at least all that belongs to the head. */
    void append(byte[] source, int offset, int count) {
        if (complete) {
            return;
        }
        byte[] before = bytes;
        complete = scan(before);
        if (!complete) {
            int take = Math.min(count, MAX_LENGTH - before.length);
            byte[] after = Arrays.copyOf(before, before.length + take);
            System.arraycopy(source, offset, after, before.length, take);
            boolean found = scan(after);
            publish(found ? Arrays.copyOf(after, scanned) : after);
            complete = found || after.length == MAX_LENGTH;
        }
    }

    private void publish(byte[] after) {
        VarHandle.releaseFence();
        bytes = after;
    }

    /** Goes on to look for the empty line that ends the head; {@return whether it ends where the search does} */
    private boolean scan(byte[] head) {
        while (scanned < head.length) {
            byte b = head[scanned++];
            if (b == '\n' && lineEmpty) {
                return true;
            }
            lineEmpty = b == '\n' || b == '\r' && lineEmpty;
        }
        return false;
    }

    /** {@return the head; null while it is not complete, and when it is malformed or too long} */
    CgiHead read() {
        byte[] seen = bytes;
        VarHandle.acquireFence();
        ResponseHeadCopy search = new ResponseHeadCopy(seen); // another thread's state is its own
        if (!search.scan(seen)) {
            return null;
        }
        try {
            return CgiHead.read(new ByteArrayInputStream(seen, 0, search.scanned), MAX_LENGTH, StandardCharsets.UTF_8);
        } catch (IOException malformed) {
            return null;
        }
    }
}
