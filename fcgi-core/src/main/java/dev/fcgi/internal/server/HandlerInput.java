package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Input that a handler reads itself, directly from the socket: if no other thread reads, its thread takes the reader
 * role until there is content of its stream.
 */
final class HandlerInput implements RequestInput.Reader {
    private final ServerConnection connection;
    private final RecordHandler records;
    private final RecordReader reader;
    private final ReentrantLock lock;
    private final Output output;
    private final ConnectionThreads threads;
    private final Ending ending;

    HandlerInput(ServerConnection connection, RecordHandler records, RecordReader reader, ReentrantLock lock,
            Output output) {
        this.connection = connection;
        this.records = records;
        this.reader = reader;
        this.lock = lock;
        this.output = output;
        this.threads = connection.threads();
        this.ending = connection.ending();
    }

    /** Locked. */
    @Override
    public int pull(RequestInput input, StreamInput stream, byte[] target, int offset, int length) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (!threads.startPulling(input)) {
            stream.await();
            return 0;
        }
        boolean interrupted = input.interrupts.enter();
        lock.unlock();
        try {
            return pullRecords(input, stream, target, offset, length);
        } catch (Throwable e) {
            ending.failed(e, reader);
            return 0;
        } finally {
            lock.lock();
            input.interrupts.leave(interrupted);
            threads.stopPulling(isMoreThan(stream));
        }
    }

    private int pullRecords(RequestInput input, StreamInput stream, byte[] target, int offset, int length)
            throws IOException {
        while (true) {
            if (reader.contentLeft() == 0 && !records.next()) {
                ending.peerClosed(null);
                return 0;
            }
            if (hasContentOf(input, stream)) {
                int count = reader.read(target, offset, length);
                if (input.observation != null) {
                    input.observation.received(count);
                }
                return count;
            }
            records.handle(); // never completes a head, because a second request makes the connection multiplexed
            lock.lock();
            try {
                if (stream.hasEnded() || isMoreThan(stream)) {
                    return 0;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Locked. Whether there is more to read than this stream, which is not the handler's task. */
    private boolean isMoreThan(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        return output.isMultiplexed() || !stream.isOpen() || !connection.isOpen();
    }

    /** Whether the current record has content of a stream. */
    private boolean hasContentOf(RequestInput input, StreamInput stream) {
        return reader.contentLeft() > 0 && reader.requestId() == input.requestId && reader.type() == input.type(stream);
    }

    /** Locked. As far as it is known without consuming a record. */
    @Override
    public int available(RequestInput input, StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        if (threads.isRead()) {
            return 0;
        }
        if (hasContentOf(input, stream)) {
            return reader.buffered();
        }
        return reader.contentLeft() > 0 ? 0 : reader.bufferedNext(input.type(stream), input.requestId);
    }

    /** Locked. */
    @Override
    public void roomMade(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        connection.roomMade(stream);
    }
}
