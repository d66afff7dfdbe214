package dev.fcgi.examples.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A connection of a case, to either side. What a case sends is collected, and goes out in one write at the next
 * expectation, or at {@link #flush}. Expectations wait for no longer than the timeout of the suite; what they do not
 * ask for stays for later ones. That the other side ends the connection is no error by itself. Confined to one thread.
 *
 * @param <C> the class itself
 */
abstract class Connection<C extends Connection<C>> implements AutoCloseable {
    private static final int MOST = 1 << 26;
    private static final long PAUSE_NANOS = 200_000;

    private final Trial trial;
    private final SocketChannel channel;
    private final Selector selector;
    private final int number;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    private final List<FcgiRecord> received = new ArrayList<>();
    private byte[] partial = new byte[1 << 16];
    private int partialLength;
    private long heldBytes;
    private int piece = Integer.MAX_VALUE;
    private int padding;
    /** How the other side ended the connection, or null. */
    private String ended;
    private boolean left;

    Connection(Trial trial, SocketChannel channel) throws IOException {
        this.trial = trial;
        this.channel = channel;
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // a piece is a segment
        }
        channel.configureBlocking(false);
        this.selector = Selector.open();
        channel.register(selector, 0);
        this.number = trial.add(this);
    }

    abstract C self();

    Trial trial() {
        return trial;
    }

    // ---- sending

    /** Sends a record as it is. */
    C record(FcgiRecord record) {
        log(">", record.toString());
        unsent.writeBytes(record.bytes());
        return self();
    }

    C record(int type, int id, byte[] content) {
        return record(FcgiRecord.of(type, id, content, padding));
    }

    /** Sends a value of a stream, in as few records as can be, without its end. */
    C stream(int type, int id, byte[] value) {
        for (int from = 0; from < value.length; from += FcgiRecord.MAX_LENGTH) {
            record(type, id, Arrays.copyOfRange(value, from, Math.min(value.length, from + FcgiRecord.MAX_LENGTH)));
        }
        return self();
    }

    /** Sends a value of a stream in records of a length, without its end. */
    C stream(int type, int id, byte[] value, int length) {
        for (int from = 0; from < value.length; from += length) {
            record(type, id, Arrays.copyOfRange(value, from, Math.min(value.length, from + length)));
        }
        return self();
    }

    C endStream(int type, int id) {
        return record(type, id, new byte[0]);
    }

    C raw(byte[] bytes) {
        log(">", bytes.length + " bytes: " + Transcript.text(bytes));
        unsent.writeBytes(bytes);
        return self();
    }

    /** Sends bytes given by their hexadecimal digits, with blanks wherever they help. */
    C raw(String hex) {
        return raw(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** From now on records have that many bytes of padding. */
    C padding(int length) {
        padding = length;
        return self();
    }

    /** From now on what is sent goes out in pieces of that many bytes. */
    C pieces(int length) {
        piece = length;
        return self();
    }

    /** Sends what was collected. What comes meanwhile is received: the other side need not wait for us. */
    C flush() {
        byte[] all = unsent.toByteArray();
        unsent.reset();
        long deadline = trial.deadline(trial.timeout());
        for (int from = 0; from < all.length && ended == null && !left; ) {
            int length = Math.min(piece, all.length - from);
            int sent = write(ByteBuffer.wrap(all, from, length));
            from += sent;
            if (sent > 0) {
                deadline = trial.deadline(trial.timeout());
                if (piece < Integer.MAX_VALUE) {
                    LockSupport.parkNanos(PAUSE_NANOS); // that a piece be read by itself, most of the time
                }
            } else if (ended == null && !await(SelectionKey.OP_WRITE | SelectionKey.OP_READ, deadline)) {
                throw Judgement.unmet("it takes no more: " + (all.length - from) + " bytes are left after " + seconds());
            }
            receive();
        }
        return self();
    }

    private int write(ByteBuffer bytes) {
        try {
            return channel.write(bytes);
        } catch (IOException e) {
            receive(); // what came before the end, and the end itself
            end("reset");
            return 0;
        }
    }

    /** Sends as much of what was collected as can be sent at once; the rest is forgotten. Returns how much went. */
    int flushWhatFits() {
        int sent = write(ByteBuffer.wrap(unsent.toByteArray()));
        log(">", "of that the first " + sent + " bytes");
        unsent.reset();
        return sent;
    }

    /** Sends what was collected, and says that nothing more comes. */
    C halfClose() {
        flush();
        log(">", "end of what is sent");
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            end("reset");
        }
        return self();
    }

    /** Closes the connection. */
    @Override
    public void close() {
        flush();
        if (!left) {
            log(">", "close");
            leave();
        }
    }

    /** Closes the connection in a way that the other side sees as a reset, on TCP at least. */
    void reset() {
        flush();
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException e) {
            // of a Unix socket it is the same as a close, where all that has come was read
        }
        log(">", "reset");
        leave();
    }

    /** Closes the connection and tells how it ended. */
    String leave() {
        if (!left) {
            receive();
            left = true;
            try {
                channel.close();
                selector.close();
            } catch (IOException e) {
                end("reset");
            }
        }
        return ended == null ? "open" : ended;
    }

    // ---- receiving

    /** {@return the next record that a condition holds for, or null when none comes in time or the connection ends} */
    FcgiRecord poll(Predicate<FcgiRecord> condition, Duration wait) {
        flush();
        long deadline = trial.deadline(wait);
        for (int i = 0; ; i++) {
            while (i == received.size()) {
                if (ended != null || !await(SelectionKey.OP_READ, deadline)) {
                    return null;
                }
                receive();
            }
            if (condition.test(received.get(i))) {
                heldBytes -= received.get(i).length();
                return received.remove(i);
            }
        }
    }

    /** Expects a record, after others perhaps that are left for later. */
    FcgiRecord expect(int type, int id) {
        FcgiRecord record = poll(one -> one.is(type, id), trial.timeout());
        if (record == null) {
            throw Judgement.unmet("no " + FcgiRecord.typeName(type) + ": " + missing());
        }
        return record;
    }

    /** What there was instead of something that did not come. */
    String missing() {
        String instead = received.isEmpty() ? "" : ", but " + received.get(0);
        return (ended != null ? "the connection was " + ended : "nothing within " + seconds()) + instead
                + (partialLength == 0 ? "" : ", and " + partialLength + " bytes of a record");
    }

    /** Expects that nothing comes, for a while, and that the connection stays. */
    C expectQuiet() {
        FcgiRecord record = poll(any -> true, trial.quiet());
        if (record != null || ended != null) {
            throw Judgement.unmet("nothing should come, but: " + (record != null ? record : "the connection was " + ended));
        }
        return self();
    }

    /** Expects that the other side ends the connection, and that no further record comes before. */
    C expectEnd() {
        awaitEnd(trial.timeout());
        if (ended == null) {
            throw Judgement.unmet("the connection is still open after " + seconds());
        }
        if (!received.isEmpty()) {
            throw Judgement.unmet("before the end of the connection: " + received.get(0));
        }
        return self();
    }

    /** {@return how the other side ended the connection, or null if it has not within a time} */
    String awaitEnd(Duration wait) {
        poll(never -> false, wait);
        return ended;
    }

    /** {@return how the other side has ended the connection, or null} */
    String ended() {
        return ended;
    }

    /** {@return all records that have come and that nobody asked for yet} */
    List<FcgiRecord> received() {
        return received;
    }

    /** Receives what there is, without waiting, and hands over all records that nobody asked for yet. */
    List<FcgiRecord> take() {
        receive();
        List<FcgiRecord> all = List.copyOf(received);
        received.clear();
        heldBytes = 0;
        return all;
    }

    private boolean await(int operations, long deadline) {
        try {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            channel.keyFor(selector).interestOps(operations);
            boolean ready = selector.select(left / 1_000_000 + 1) > 0;
            selector.selectedKeys().clear();
            return ready;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Receives what is there, without waiting. */
    private void receive() {
        while (ended == null && !left) {
            if (partialLength == partial.length) {
                partial = Arrays.copyOf(partial, 2 * partial.length);
            }
            try {
                int count = channel.read(ByteBuffer.wrap(partial, partialLength, partial.length - partialLength));
                if (count < 0) {
                    end("closed");
                }
                if (count <= 0) {
                    return;
                }
                partialLength += count;
            } catch (IOException e) {
                end("reset");
            }
            cut();
        }
    }

    private void cut() {
        int from = 0;
        for (FcgiRecord next; (next = FcgiRecord.first(partial, from, partialLength)) != null; ) {
            log("<", next.toString());
            received.add(next);
            heldBytes += next.length();
            from += next.length();
        }
        System.arraycopy(partial, from, partial, 0, partialLength - from);
        partialLength -= from;
        if (heldBytes > MOST) {
            throw Judgement.unmet("more than " + MOST + " bytes that nobody asked for");
        }
    }

    private void end(String how) {
        if (ended == null) {
            ended = how;
            log("<", how + (partialLength == 0 ? "" : " within a record, of which there are " + partialLength + " bytes"));
        }
    }

    private void log(String direction, String what) {
        trial.transcript().add((number == 1 ? "" : "#" + number + " ") + direction + " " + what);
    }

    String seconds() {
        return trial.timeout().toMillis() / 1000.0 + " s";
    }
}
