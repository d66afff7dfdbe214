package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.internal.conn.StreamInput;

/** The connection of a call, as needed by the call and its creator. */
interface Carrier {
    /**
     * {@return whether nothing was received since the last response} If no thread has read it, it may have been closed
     * since then, or something may have been received that would be taken for the next response.
     */
    boolean isFresh();

    /** Sends the head of the request, and ensures that its input is sent. Blocks on writing. */
    void send(ClientCall call);

    /**
     * Locked. Reads for the caller, unless another thread reads, until there is output, which is put into the target,
     * or the call has ended, or with a length of 0 until something is new. Releases the lock meanwhile.
     *
     * @return bytes put into the target, or -1 when another thread reads
     */
    int read(ClientCall call, byte[] target, int offset, int length);

    /** Locked. The caller has made room in a full queue. */
    void roomMade();

    /** Aborts a call, unless its response has ended. */
    void abort(ClientCall call, CallOutcome how, StreamInput.Failure failure);

    /** {@return its observation} */
    ConnectionObservation observation();

    /** {@return its name in logs} */
    @Override
    String toString();
}
