package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.internal.conn.StreamInput;

/** The connection of a call: what a call, and whoever has it made, needs of it. */
interface Carrier {
    /**
     * {@return whether it is as the last response left it} Where nobody has watched it, it may have been closed since
     * then; or something came that would be taken for the next response.
     */
    boolean isFresh();

    /** Sends the head of the request, and sees to it that its input is sent. Blocks on writing. */
    void send(ClientCall call);

    /**
     * Locked. Reads for the caller, if nobody else reads: until there is output, which is put into the target, or the
     * call has ended, or with a length of 0 until something is new. Releases the lock meanwhile.
     *
     * @return bytes put into the target, or -1 when another thread reads
     */
    int read(ClientCall call, byte[] target, int offset, int length);

    /** Locked. The caller has made room in a full queue. */
    void roomMade();

    /** Aborts a call, unless its response is there. */
    void abort(ClientCall call, CallOutcome how, StreamInput.Failure failure);

    /** {@return what is told of it} */
    ConnectionObservation observation();

    /** {@return what it is called in logs} */
    @Override
    String toString();
}
