package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The content of a record is put into the queue of a stream; when the queue is full, a rule decides. */
@Timeout(30)
final class InboundTest {
    private static final int LIMIT = 10;
    private static final byte[] CONTENT = "0123456789abcde".getBytes();

    private final ReentrantLock lock = new ReentrantLock();
    private final RecordReader reader = new RecordReader(Channels.newChannel(new ByteArrayInputStream(record())));
    private final Inbound inbound = new Inbound(reader, lock, Clock.SYSTEM);
    private final StreamInput stream = new StreamInput(new StreamInput.Source() {
        @Override
        public int pull(StreamInput input, byte[] target, int offset, int length) throws IOException {
            input.await();
            return 0;
        }

        @Override
        public void roomMade(StreamInput input) {
            inbound.wakeUp();
        }
    }, lock, LIMIT);

    private static byte[] record() {
        RecordBuffer records = new RecordBuffer(0, true);
        records.appendAll(Fcgi.STDIN, 1, CONTENT, CONTENT.length);
        records.close();
        byte[] bytes = new byte[records.length()];
        records.copyTo(bytes, 0);
        return bytes;
    }

    private FutureTask<Void> queueing(Inbound.Rule rule) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            assertTrue(reader.next());
            inbound.queue(stream, rule);
            return null;
        });
        Thread.startVirtualThread(task);
        return task;
    }

    private void awaitLocked(BooleanSupplier condition) {
        boolean met = false;
        for (long start = System.nanoTime(); !met; Thread.yield()) {
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10), "it did not come true");
            lock.lock();
            try {
                met = condition.getAsBoolean();
            } finally {
                lock.unlock();
            }
        }
    }

    @Test
    void readingStopsUntilThereIsRoom() throws Exception {
        FutureTask<Void> queueing = queueing((full, waited) -> Long.MAX_VALUE);
        awaitLocked(inbound::isStalled);
        assertFalse(queueing.isDone());
        assertArrayEquals(CONTENT, stream.readNBytes(CONTENT.length));
        queueing.get();
        awaitLocked(() -> !inbound.isStalled());
    }

    @Test
    void theRuleIsToldHowMuchWasReceived() throws Exception {
        List<Integer> received = new ArrayList<>();
        FutureTask<Void> queueing = queueing(new Inbound.Rule() {
            @Override
            public long patience(StreamInput full, long waited) {
                return Long.MAX_VALUE;
            }

            @Override
            public void received(int bytes) {
                received.add(bytes);
            }
        });
        awaitLocked(() -> inbound.isStalled() && received.equals(List.of(LIMIT)));
        stream.readNBytes(CONTENT.length);
        queueing.get();
        assertEquals(CONTENT.length, received.stream().mapToInt(Integer::intValue).sum());
    }

    @Test
    void theRuleIsAskedAgainWhenWhatItAllowedIsOver() throws Exception {
        List<Boolean> waitedEnough = new ArrayList<>();
        FutureTask<Void> queueing = queueing(new Inbound.Rule() {
            @Override
            public long patience(StreamInput full, long waited) {
                waitedEnough.add(waited >= waitedEnough.size());
                if (waitedEnough.size() == 3) {
                    full.fail(() -> new IOException("stalled"));
                    return 0;
                }
                return 1;
            }

            @Override
            public void resumed(long stalledNanos) {
                waitedEnough.add(stalledNanos < 2);
            }
        });
        queueing.get();
        assertEquals(List.of(true, true, true, false), waitedEnough);
    }

    @Test
    void aRuleMayHaveTheQueueTakeMore() throws Exception {
        queueing((full, waited) -> {
            full.extend(CONTENT.length);
            return 0;
        }).get();
        assertArrayEquals(CONTENT, stream.readNBytes(CONTENT.length));
    }
}
