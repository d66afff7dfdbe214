package dev.fcgi.internal.client;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads a connection to an application and passes the responses to their calls.
 *
 * <p>One thread at a time reads: the holder of the {@link ReaderRole}. On a connection with one call at a time, that is
 * the caller, on its own thread, while it waits ({@link #readFor}), without a hand-over or wake-up. When no thread has
 * read for a tick or two, because the caller is busy or the connection is idle, a virtual thread reads ({@link #run})
 * until the response ends, its queue is full or the caller waits again. A multiplexed connection is read by a virtual
 * thread for its whole life: an interrupt or a timeout of one caller, which only a close could get out of the socket,
 * must not make the others fail.
 *
 * <p>The reader is confined to the holder of the role. Takes the connection's lock for changes; methods marked "Locked"
 * expect it.
 */
final class ResponseReader implements Runnable {
    private final Link link;
    private final ReentrantLock lock;
    private final RecordReader reader;
    private final CallTable calls;
    private final ReaderRole role;
    private final ClientLifetime lifetime;
    private final ResponseRecords records;
    /** The thread that has the role; each thread compares it only with itself. */
    private volatile Thread holder;
    private boolean answered;

    ResponseReader(Link link, CallTable calls, ReaderRole role, ClientLifetime lifetime, CallEnding ending) {
        this.link = link;
        this.lock = link.lock();
        this.reader = link.reader();
        this.calls = calls;
        this.role = role;
        this.lifetime = lifetime;
        this.records = new ResponseRecords(link, this, calls, lifetime, ending);
    }

    // ---- on a thread of the library

    /** Reads until the connection ends or there is nothing to do for this thread, which has the role. */
    @Override
    public void run() {
        holder = Thread.currentThread();
        try {
            while (holds()) {
                if (link.isMultiplexed()) {
                    yieldBeforeRead();
                }
                if (reader.contentLeft() > 0 || next()) {
                    records.act();
                    passOn();
                } else {
                    lifetime.lost(CloseReason.CLOSED_BY_PEER, null);
                    break;
                }
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave();
        }
    }

    /** Passes the role to the caller if it is waiting and no received data is left to process. */
    private void passOn() {
        if (link.isMultiplexed() || !holds() || reader.hasMoreBuffered()) {
            return;
        }
        lock.lock();
        try {
            if (calls.waiting() != null) {
                pass();
            }
        } finally {
            lifetime.unlock();
        }
    }

    // ---- on the thread of a caller

    /** Locked. Takes the role for a caller: if its call is the only one, and nobody else reads. */
    boolean takeFor(ClientCall call) {
        assert lock.isHeldByCurrentThread();
        return !link.isMultiplexed() && calls.contains(call) && role.take();
    }

    /**
     * Locked. For a caller that has just taken the role. Reads until there is output for the target or the call has
     * ended, or with a length of 0 until something is new; releases the lock meanwhile.
     *
     * @return bytes put into the target
     */
    int readFor(ClientCall call, byte[] target, int offset, int length) {
        assert lock.isHeldByCurrentThread();
        holder = Thread.currentThread();
        lock.unlock();
        int count = 0;
        try {
            count = receive(call, target, offset, length);
        } catch (ClosedByInterruptException e) {
            lock.lock();
            try {
                call.fail(CallOutcome.INTERRUPTED, () -> new InterruptedIOException("interrupted while waiting for a response"));
            } finally {
                lock.unlock();
            }
            failed(e);
        } catch (Throwable e) {
            failed(e);
        } finally {
            lock.lock();
            if (count > 0 || length == 0 && call.hasOutput()) {
                call.received();
            }
            if (holds()) {
                pass();
                lifetime.endIfOver();
            }
        }
        return count;
    }

    private int receive(ClientCall call, byte[] target, int offset, int length) throws IOException {
        int count = 0;
        yieldBeforeRead();
        do {
            if (reader.contentLeft() == 0 && !next()) {
                lifetime.lost(CloseReason.CLOSED_BY_PEER, null);
                break;
            }
            if (count > 0 && isEndOfOutputOf(call)) { // needs no lock: that something was received, is known
                call.endsOutput(0);
            } else if (!isOutputOf(call)) {
                records.act();
            } else if (count > 0) {
                break;
            } else if (length > 0) {
                count = reader.read(target, offset, length);
            } else {
                call.outputReceived();
                break;
            }
        } while (holds() && (count > 0 || length == 0 && call.hasLines() ? isNextReceived() : true));
        return count;
    }

    /** Whether the whole next record was received; it is usually the end of the response. */
    private boolean isNextReceived() {
        return reader.contentLeft() == 0 && reader.hasNextBuffered();
    }

    private boolean isOutputOf(ClientCall call) {
        return reader.contentLeft() > 0 && isStdoutOf(call);
    }

    private boolean isEndOfOutputOf(ClientCall call) {
        return reader.contentLength() == 0 && isStdoutOf(call);
    }

    private boolean isStdoutOf(ClientCall call) {
        return reader.type() == Fcgi.STDOUT && reader.requestId() == call.id() && call.wantsOutput();
    }

    /** Processes the already received part of a response that its caller does not want any more. */
    void dropReceived(ClientCall call) {
        lock.lock();
        try {
            if (!takeFor(call)) {
                return;
            }
            call.stdoutQueue().discard();
            holder = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        try {
            while (holds() && reader.hasNextBuffered()) {
                next();
                records.act();
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave();
        }
    }

    /** For a caller that takes a connection with the role: {@return whether nothing was received since} */
    boolean isQuiet() {
        holder = Thread.currentThread();
        try {
            return link.transport().isQuiet();
        } catch (Throwable e) {
            failed(e);
            return false;
        }
    }

    // ---- on either

    private boolean holds() {
        return holder == Thread.currentThread();
    }

    /** Releases the role, if the thread still has it. */
    void leave() {
        if (holds()) {
            lock.lock();
            try {
                pass();
            } finally {
                lifetime.unlock();
            }
        }
    }

    /** Locked. The holder releases the role. */
    void pass() {
        assert lock.isHeldByCurrentThread();
        holder = null;
        role.release();
        ClientCall waiting = link.isMultiplexed() ? null : calls.waiting();
        if (waiting != null) {
            waiting.wakeUp();
        }
    }

    /** Ends reading. */
    void end() {
        reader.end();
    }

    private void failed(Throwable e) {
        if (e instanceof IOException io) {
            lifetime.lost(reason(io), io);
            return;
        }
        try {
            lifetime.lost(CloseReason.FAILED, new IOException("internal error", e)); // others must be notified first, because there may be no memory
        } finally {
            ClientLog.LOG.log(Level.ERROR, e, "internal error, connection to {0} closed", link.transport());
        }
    }

    private static CloseReason reason(IOException e) {
        return switch (e) {
            case FcgiProtocolException unknown -> CloseReason.PROTOCOL_ERROR;
            case EOFException cut -> CloseReason.CLOSED_BY_PEER;
            case ClosedByInterruptException ofTheCaller -> CloseReason.INCOMPLETE_CALL;
            default -> CloseReason.LOST;
        };
    }

    /**
     * Lets other threads run before the next read, so that the response arrives meanwhile. An immediate read would find
     * nothing and park this thread.
     */
    private void yieldBeforeRead() {
        if (reader.buffered() == 0 && !reader.hasMoreBuffered()) {
            Thread.yield();
        }
    }

    private boolean next() throws IOException {
        boolean found = reader.next();
        if (!answered && found) {
            answered = true;
            link.connected().arrival().answered(); // so the application has accepted the connection
        }
        return found;
    }
}
