package dev.fcgi.examples.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A connection of a case, to either side. What a case sends is collected and written in one piece at the next
 * expectation, or at {@link #flush}. Expectations wait no longer than the timeout of the suite; records that they do
 * not ask for are kept for later ones. It is not an error in itself if the other side closes the connection. Confined
 * to one thread.
 *
 * @param <C> the class itself
 */
abstract class Connection<C extends Connection<C>> implements AutoCloseable {
    private static final long PAUSE_NANOS = 200_000;

    private final Trial trial;
    private final RecordSocket socket;
    private final int number;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    private final List<FcgiRecord> received = new ArrayList<>();
    private int piece = Integer.MAX_VALUE;
    private int padding;
    private boolean left;

    Connection(Trial trial, SocketChannel channel) throws IOException {
        this.trial = trial;
        this.socket = new RecordSocket(channel);
        this.number = trial.add(this);
    }

    abstract C self();

    Trial trial() {
        return trial;
    }

    // ---- sending

    /** Sends a record unchanged. */
    C record(FcgiRecord record) {
        log(">", record.toString());
        unsent.writeBytes(record.bytes());
        return self();
    }

    C record(int type, int id, byte[] content) {
        return record(FcgiRecord.of(type, id, content, padding));
    }

    /** Sends a value of a stream, in as few records as possible, without its end. */
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

    /** Sets how many bytes of padding the following records have. */
    C padding(int length) {
        padding = length;
        return self();
    }

    /** Sets the size of the pieces in which bytes are written from now on. */
    C pieces(int length) {
        piece = length;
        return self();
    }

    /** Sends what was collected, and receives meanwhile, so that the other side need not wait for us. */
    C flush() {
        byte[] all = unsent.toByteArray();
        unsent.reset();
        long deadline = trial.deadline(trial.timeout());
        for (int from = 0; from < all.length && socket.isOpen(); ) {
            int sent = socket.write(ByteBuffer.wrap(all, from, Math.min(piece, all.length - from)));
            from += sent;
            receive();
            if (sent > 0) {
                deadline = trial.deadline(trial.timeout());
                if (piece < Integer.MAX_VALUE) {
                    LockSupport.parkNanos(PAUSE_NANOS); // so that a piece is usually read by itself
                }
            } else if (socket.isOpen() && !socket.await(RecordSocket.WRITABLE | RecordSocket.READABLE, deadline)) {
                throw Judgement.unmet("it accepts no more data: " + (all.length - from) + " bytes are left after " + seconds());
            }
        }
        return self();
    }

    /** Sends as much of what was collected as fits without waiting and discards the rest. Returns how much was sent. */
    int flushWhatFits() {
        int sent = socket.write(ByteBuffer.wrap(unsent.toByteArray()));
        log(">", "of these the first " + sent + " bytes");
        unsent.reset();
        return sent;
    }

    /** Sends what was collected, and lets the other side act on it, whatever it does. */
    C pause() {
        flush();
        poll(record -> false, trial.quiet());
        return self();
    }

    /** Sends what was collected and shuts down the output. */
    C halfClose() {
        flush();
        log(">", "output shut down");
        socket.endOutput();
        return self();
    }

    /** Closes the connection. */
    @Override
    public void close() {
        flush();
        leave("close", false);
    }

    /** Closes the connection in a way that the other side sees as a reset, on TCP at least. */
    void reset() {
        flush();
        leave("reset", true);
    }

    private void leave(String how, boolean reset) {
        if (!left) {
            receive();
            log(">", how);
            left = true;
            socket.close(reset);
        }
    }

    /** Ends the case: closes the connection, unless it is closed, and returns how the other side ended it. */
    String leave() {
        leave("close", false);
        return ended() == null ? "open" : ended();
    }

    // ---- receiving

    /** {@return the next record that meets a condition, or null when none arrives in time or the connection ends} */
    FcgiRecord poll(Predicate<FcgiRecord> condition, Duration wait) {
        flush();
        long deadline = trial.deadline(wait);
        for (int i = 0; ; i++) {
            while (i == received.size()) {
                if (!socket.isOpen() || !socket.await(RecordSocket.READABLE, deadline)) {
                    return null;
                }
                receive();
                if (socket.isFull()) {
                    throw Judgement.unmet("it sends without end");
                }
            }
            if (condition.test(received.get(i))) {
                return received.remove(i);
            }
        }
    }

    /** Expects a record; others before it are kept for later. */
    FcgiRecord expect(int type, int id) {
        FcgiRecord record = poll(one -> one.is(type, id), trial.timeout());
        if (record == null) {
            throw Judgement.unmet("no " + FcgiRecord.typeName(type) + ": " + missing());
        }
        return record;
    }

    /** What happened instead of the missing record. */
    String missing() {
        String instead = received.isEmpty() ? "" : ", but " + received.get(0);
        return (ended() != null ? "the connection was " + ended() : "nothing within " + seconds()) + instead
                + (socket.partialLength() == 0 ? "" : ", and " + socket.partialLength() + " bytes of a record");
    }

    /** Expects that for a while nothing arrives and the connection stays open. */
    C expectQuiet() {
        FcgiRecord record = poll(any -> true, trial.quiet());
        if (record != null || ended() != null) {
            throw Judgement.unmet("expected nothing, but: " + (record != null ? record : "the connection was " + ended()));
        }
        return self();
    }

    /** Expects that the other side ends the connection, and that no further record comes before. */
    C expectEnd() {
        awaitEnd(trial.timeout());
        if (ended() == null) {
            throw Judgement.unmet("the connection is still open after " + seconds());
        }
        if (!received.isEmpty()) {
            throw Judgement.unmet("before the end of the connection: " + received.get(0));
        }
        return self();
    }

    /** {@return how the other side ended the connection, or null if it did not within a time} */
    String awaitEnd(Duration wait) {
        poll(never -> false, wait);
        return ended();
    }

    /** {@return how the other side has ended the connection, or null} */
    String ended() {
        return socket.ended();
    }

    /** {@return all received records that no expectation has taken yet} */
    List<FcgiRecord> received() {
        return received;
    }

    /**
     * Receives a part of the available data, without waiting, and returns all records that no expectation has taken
     * yet. The rest stays in the buffers of the connection.
     */
    List<FcgiRecord> take() {
        receive(1);
        List<FcgiRecord> all = List.copyOf(received);
        received.clear();
        return all;
    }

    /** Receives available data, without waiting. */
    private void receive() {
        receive(Integer.MAX_VALUE);
    }

    private void receive(int reads) {
        boolean open = socket.isOpen();
        for (FcgiRecord record : socket.receive(reads)) {
            log("<", record.toString());
            received.add(record);
        }
        if (open && ended() != null) {
            log("<", ended());
        }
    }

    private void log(String direction, String what) {
        trial.transcript().add((number == 1 ? "" : "#" + number + " ") + direction + " " + what);
    }

    String seconds() {
        return trial.timeout().toMillis() / 1000.0 + " s";
    }
}
