package dev.fcgi.internal.server;

import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.util.function.Supplier;

/** The operations of the connection that a request needs; all "Locked". */
interface RequestOwner {
    boolean isAlone(ServerRequest request);

    /** Closes the connection if it is done. */
    void closeIfDone();

    /** No record of the request is admitted any more; its id is free. */
    void requestEnded(ServerRequest request, boolean inputComplete);

    /** The handler of a request has returned. */
    void returned(ServerRequest request);

    /** Writes a response of the library itself; stops reading while the peer does not accept it. */
    void answer(RecordBuffer records) throws IOException;

    /** Writing failed, so the peer cannot be reached any more; {@return why} */
    Reason lost(IOException cause);

    /** Stages records for any writing thread; never blocks. Without memory for them the connection is closed. */
    void stage(Supplier<RecordBuffer> records);
}
