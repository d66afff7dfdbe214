package dev.fcgi.internal.client;

import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordReader;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The transport of one connection to an application, with its inbound and outbound side.
 *
 * @param lock guards the state of the connection; is never held during I/O. It may be taken under the pool's lock,
 *     never the other way round
 * @param reader for the holder of the reader role
 */
record Link(ClientOptions options, Connector.Connected connected, ReentrantLock lock, Output output, RecordReader reader,
        Inbound inbound) {
    static Link of(ClientOptions options, Connector.Connected connected) {
        ReentrantLock lock = new ReentrantLock();
        Transport transport = connected.transport();
        RecordReader reader = new RecordReader(transport.input());
        return new Link(options, connected, lock, new Output(transport, lock, connected.maxRequests() > 1), reader,
                new Inbound(reader, lock, options.clock));
    }

    Transport transport() {
        return connected.transport();
    }

    /** {@return whether it carries several calls at a time; otherwise it may occupy a process of the server} */
    boolean isMultiplexed() {
        return output.isMultiplexed();
    }
}
