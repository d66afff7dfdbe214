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
 * Reads a connection to an application: what comes of the responses goes to their calls.
 *
 * <p>One thread at a time does, whoever has the {@link ReaderRole}. Where one call at a time uses the connection, that
 * is the caller, on its own thread, for as long as it waits ({@link #readFor}): nothing is handed over, and nobody is
 * woken up. When nobody has read for a tick or two, since the caller is busy or the connection is idle, a virtual
 * thread does ({@link #run}), until the response ends, its queue is full or the caller waits again. A multiplexed
 * connection is read by a virtual thread for as long as it lives: an interrupt or a timeout of one caller, which only
 * a close could get out of the socket, must not be the end of the others.
 *
 * <p>What is read is confined to the holder of the role. Takes the connection's lock for what it changes; methods
 * marked "Locked" expect it.
 */
final class ResponseReader implements Runnable {
    private final Link link;
    private final ReentrantLock lock;
    private final RecordReader reader;
    private final CallTable calls;
    private final ReaderRole role;
    private final ClientLifetime lifetime;
    private final ResponseRecords records;
    /** Who has the role; each thread looks for itself only. */
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

    /** Reads on until the connection ends or there is nothing to do for this thread. It has the role. */
    @Override
    public void run() {
        holder = Thread.currentThread();
        try {
            while (holds()) {
                if (link.isMultiplexed()) {
                    letOthersRun();
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

    /** Leaves the role to the caller if that waits now, with nothing received that this thread can act on. */
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
     * Locked. For a caller that has just taken the role. Reads until there is output for the target, or the call has
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
        letOthersRun();
        do {
            if (reader.contentLeft() == 0 && !next()) {
                lifetime.lost(CloseReason.CLOSED_BY_PEER, null);
                break;
            }
            if (!isOutputOf(call)) {
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

    /** Whether the next record was received as a whole: more often than not it is the end of the response. */
    private boolean isNextReceived() {
        return reader.contentLeft() == 0 && reader.hasNextBuffered();
    }

    private boolean isOutputOf(ClientCall call) {
        return reader.contentLeft() > 0 && reader.type() == Fcgi.STDOUT && reader.requestId() == call.id()
                && call.wantsOutput();
    }

    /** Acts on what was received already of a response that its caller wants no more of. */
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

    /** For a caller that takes a connection with the role: {@return whether it is as it was left} */
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

    /** Gives the role up, if the thread has it still. */
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

    /** Locked. Whoever has the role gives it up: what is read is not the thread's any more. */
    void pass() {
        assert lock.isHeldByCurrentThread();
        holder = null;
        role.release();
        ClientCall waiting = link.isMultiplexed() ? null : calls.waiting();
        if (waiting != null) {
            waiting.wakeUp();
        }
    }

    /** Nothing is read any more. */
    void end() {
        reader.end();
    }

    private void failed(Throwable e) {
        if (e instanceof IOException io) {
            lifetime.lost(reason(io), io);
            return;
        }
        try {
            lifetime.lost(CloseReason.FAILED, new IOException("internal error", e)); // first others must know: there may be no memory
        } finally {
            ClientLog.LOG.log(Level.ERROR, e, "connection to {0} given up", link.transport());
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
     * The answer is on its way, if others have the processor meanwhile. A read right now would find nothing, and park
     * this thread to be woken up again.
     */
    private void letOthersRun() {
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
