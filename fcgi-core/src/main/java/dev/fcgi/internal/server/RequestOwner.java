package dev.fcgi.internal.server;

import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.util.function.Supplier;

/** What a request needs of its connection; all "Locked". */
interface RequestOwner {
    boolean isAlone(ServerRequest request);

    /** Closes the connection if it has nothing more to do. */
    void settle();

    /** No record of the request is admitted any more; its id is free. */
    void requestEnded(ServerRequest request, boolean inputComplete);

    /** The handler of a request that was abandoned has returned. */
    void returned(ServerRequest request);

    /** Writes what the library says itself; stops reading while the peer does not take it. */
    void answer(RecordBuffer records) throws IOException;

    /** Writing failed: there is nobody to talk to. */
    void lost(IOException cause);

    /** Has records written, by whomever; never blocks. Without memory for them the connection is broken off. */
    void stage(Supplier<RecordBuffer> records);
}
