package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.BeginRequestBody;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Acts on the records of one connection: what each type means to an application.
 *
 * <p>Confined to the holder of the connection's reader role, like the {@link RecordReader} it reads from. Takes the
 * connection's lock for what it changes.
 */
final class RecordHandler implements Inbound.Rule {
    /** How long BEGIN_REQUEST may wait for an id that is still in use. */
    private static final long ID_TIME = TimeUnit.SECONDS.toNanos(1);
    /** How long a handler may leave its input unread before more is queued, to see what lies behind. */
    private static final long READ_AHEAD_TIME = TimeUnit.SECONDS.toNanos(1);
    private static final int READ_AHEAD = 128 * 1024;
    /** More than any answer to an abort takes. */
    private static final int ANSWER_LENGTH = 256;

    private final ServerConnection connection;
    private final Options options;
    private final RecordReader reader;
    private final ReentrantLock lock;
    private final Inbound inbound;
    /** The request that was looked for last, unless it has ended. Written under the lock. */
    private ServerRequest latest;
    /** Whose input is being queued. */
    private ServerRequest stalling;
    /** Whether its queue was extended, or could not be, while reading stands still. */
    private boolean looked;

    RecordHandler(ServerConnection connection, RecordReader reader, Inbound inbound) {
        this.connection = connection;
        this.options = connection.options();
        this.reader = reader;
        this.lock = connection.lock();
        this.inbound = inbound;
    }

    /** Acts on the current record, or on what is left of it. Returns a request whose head it completed, or null. */
    ServerRequest handle() throws IOException {
        int type = reader.type();
        int id = reader.requestId();
        if (id == Fcgi.NULL_REQUEST_ID) {
            management(type);
            return null;
        }
        if (type == Fcgi.BEGIN_REQUEST) {
            begin(id);
            return null;
        }
        ServerRequest request = find(id);
        if (request != null) {
            switch (type) {
                case Fcgi.PARAMS -> {
                    return params(request);
                }
                case Fcgi.STDIN, Fcgi.DATA -> input(request, type);
                case Fcgi.ABORT_REQUEST -> abort(request);
                default -> { }
            }
        }
        reader.ignoreContent(); // of requests that have ended, and of types that nobody knows
        return null;
    }

    /** Whether a complete head shall be handled before the current record: acting on that may wait for some handler. */
    boolean mayWait() {
        return reader.contentLeft() > 0 && (isInput(reader.type()) // a full queue
                || reader.type() == Fcgi.BEGIN_REQUEST && find(reader.requestId()) != null); // an id still in use
    }

    /** Whether the current record has content of a stream. */
    boolean hasContentOf(ServerRequest request, StreamInput stream) {
        return reader.contentLeft() > 0 && reader.requestId() == request.id() && isInput(reader.type())
                && request.input(reader.type()) == stream;
    }

    /** {@return how much of a stream has been received, as far as one can see without taking a record} */
    int available(ServerRequest request, StreamInput stream) {
        if (hasContentOf(request, stream)) {
            return reader.buffered();
        }
        int type = request.input(Fcgi.STDIN) == stream ? Fcgi.STDIN : Fcgi.DATA;
        return reader.contentLeft() > 0 ? 0 : reader.bufferedNext(type, request.id());
    }

    private static boolean isInput(int type) {
        return type == Fcgi.STDIN || type == Fcgi.DATA;
    }

    /** {@return the active request with an id, or null; records of one request often come in a row} */
    private ServerRequest find(int id) {
        ServerRequest request = latest;
        if (request == null || request.id() != id || !request.isOpen()) {
            lock.lock();
            try {
                request = connection.requests().get(id);
                latest = request;
            } finally {
                lock.unlock();
            }
        }
        return request;
    }

    /** Locked. A connection shall hold nothing of requests that have ended. */
    void requestEnded(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        if (latest == request) {
            latest = null;
        }
    }

    // ---- BEGIN_REQUEST

    private void begin(int id) throws IOException {
        BeginRequestBody body = BeginRequestBody.decode(reader.readBody());
        Role role = Role.of(body.role());
        lock.lock();
        try {
            awaitEnd(id);
            if (!connection.isOpen()) {
                connection.inputStaysOpen();
                return;
            }
            ProtocolStatus refusal = refusal(role);
            ServerRequest request = refusal == null ? ServerRequest.of(connection, id, role) : null;
            if (request != null && !request.beginHead()) {
                connection.log().log(Level.WARNING, "too many requests begun and not complete, one of {0} refused",
                        connection.transport());
                refusal = ProtocolStatus.OVERLOADED;
            }
            if (!body.keepConn()) {
                connection.closeAfterLast();
            }
            if (refusal == null) {
                connection.requests().add(request);
                latest = request;
                connection.shareIfNeeded();
            } else {
                refuse(id, refusal);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Locked. A peer that does not wait for END_REQUEST may use an id again once it has sent all of the last one, if
     * that ends soon: meanwhile nobody sees what the peer does.
     */
    private void awaitEnd(int id) throws FcgiProtocolException {
        assert lock.isHeldByCurrentThread();
        long left = ID_TIME;
        for (ServerRequest active; connection.isOpen() && (active = connection.requests().get(id)) != null; ) {
            if (!active.isInputComplete() || left <= 0) {
                throw new FcgiProtocolException("BEGIN_REQUEST for request " + id + ", which is active");
            }
            left -= inbound.await(left);
        }
    }

    /** Locked. Decides about a new request. */
    private ProtocolStatus refusal(Role role) {
        assert lock.isHeldByCurrentThread();
        RequestTable requests = connection.requests();
        if (role == null || !options.handles(role)) {
            return ProtocolStatus.UNKNOWN_ROLE;
        }
        if (!requests.isEmpty() && options.maxRequestsPerConnection == 1) {
            return ProtocolStatus.CANT_MPX_CONN;
        }
        if (requests.isFull(options.maxRequestsPerConnection)) {
            connection.log().log(Level.WARNING, "maxRequestsPerConnection {0} reached, request of {1} refused",
                    options.maxRequestsPerConnection, connection.transport());
            return ProtocolStatus.OVERLOADED;
        }
        return !requests.isEmpty() && connection.isRefusing() ? ProtocolStatus.OVERLOADED : null;
    }

    /** Locked. */
    private void refuse(int id, ProtocolStatus status) throws IOException {
        assert lock.isHeldByCurrentThread();
        connection.counters().refused.increment();
        RecordBuffer records = connection.newBuffer();
        if (status == ProtocolStatus.OVERLOADED) {
            ErrorAnswer.OVERLOADED.appendBareTo(records, id); // not knowing yet whether it is a HEAD request
        } else {
            records.endRequest(id, 0, status.code());
        }
        connection.inputStaysOpen();
        connection.writeFromReader(records);
        connection.settle();
    }

    // ---- PARAMS

    private ServerRequest params(ServerRequest request) throws IOException {
        if (request.isHeadComplete()) {
            reader.ignoreContent();
            return null;
        }
        if (reader.contentLength() == 0) {
            return endParams(request);
        }
        for (int count; (count = reader.fill()) > 0; reader.skip(count)) {
            if (!request.head().append(reader.buffer(), reader.position(), count)) {
                reader.ignoreContent();
                refuseHead(request);
                break;
            }
        }
        return null;
    }

    private ServerRequest endParams(ServerRequest request) throws IOException {
        Params params = request.head().params();
        if (params == null) {
            refuseHead(request);
            return null;
        }
        lock.lock();
        try {
            if (request.isOpen() && !request.headComplete(params)) {
                connection.log().log(Level.WARNING, "maxRequests {0} reached, refused: {1}", options.maxRequests, request);
                refuseHeadLocked(request);
            }
            return request.isOpen() ? request : null;
        } finally {
            lock.unlock();
        }
    }

    private void refuseHead(ServerRequest request) throws IOException {
        lock.lock();
        try {
            if (request.isOpen()) {
                connection.log().log(Level.WARNING, "parameters over maxParamsLength or maxParamsCount: {0}", request);
                refuseHeadLocked(request);
            }
        } finally {
            lock.unlock();
        }
    }

    private void refuseHeadLocked(ServerRequest request) throws IOException {
        connection.counters().refused.increment();
        request.refuse(ErrorAnswer.OVERLOADED);
    }

    // ---- STDIN and DATA

    /** Queues content for the handler; ignored where the role has no such stream. */
    private void input(ServerRequest request, int type) throws IOException {
        StreamInput stream = request.input(type);
        if (stream == null) {
            return;
        }
        boolean early = type == Fcgi.STDIN ? !request.isHeadComplete() : !request.input(Fcgi.STDIN).hasEnded();
        if (early) {
            throw new FcgiProtocolException(
                    Fcgi.typeName(type) + " for request " + request.id() + " before the end of the stream before it");
        }
        if (reader.contentLength() == 0) {
            lock.lock();
            try {
                stream.end();
            } finally {
                lock.unlock();
            }
            return;
        }
        stalling = request;
        try {
            inbound.queue(stream, this);
        } finally {
            stalling = null;
        }
    }

    /**
     * Locked. How long to wait for a slow handler. If it is alone, as far as one can see, more is queued after a while: others
     * may wait after its input, or the peer may have gone. Those who share a connection have less time than who is
     * alone.
     */
    @Override
    public long patience(StreamInput stream, long waited) {
        assert lock.isHeldByCurrentThread();
        ServerRequest request = stalling;
        long lookAt = Math.min(READ_AHEAD_TIME, options.stallTimeout);
        boolean alone = connection.isAlone(request);
        long limit = alone && !connection.output().isShared() ? options.readTimeout : options.stallTimeout;
        if (alone && !looked && waited >= lookAt) {
            looked = true;
            connection.extend(stream, READ_AHEAD);
            return 0;
        }
        if (limit != Long.MAX_VALUE && waited >= limit) {
            request.abort(Reason.INPUT_STALLED, null);
            connection.log().log(Level.WARNING, "handler does not read its input: {0}", request);
            return 0;
        }
        return (alone && !looked ? lookAt : limit) - waited;
    }

    @Override
    public void goesOn() {
        looked = false;
    }

    // ---- ABORT_REQUEST and management records

    private void abort(ServerRequest request) {
        lock.lock();
        try {
            // the answer is staged: stop reading while the peer does not take those that wait
            connection.output().awaitRoom(ANSWER_LENGTH, request::isOpen);
            request.abort(Reason.ABORT_REQUEST, null);
            connection.settle();
        } finally {
            lock.unlock();
        }
    }

    private void management(int type) throws IOException {
        if (type != 0 && type < Fcgi.GET_VALUES) {
            throw new FcgiProtocolException(Fcgi.typeName(type) + " with request id 0");
        }
        RecordBuffer answer = new RecordBuffer(Values.MAX_LENGTH, true);
        if (type == Fcgi.GET_VALUES) {
            Values.answer(reader.readContent(Values.MAX_LENGTH), options, answer);
        } else if (type == Fcgi.GET_VALUES_RESULT || type == Fcgi.UNKNOWN_TYPE) {
            reader.ignoreContent(); // answers to what we never ask
            return;
        } else {
            reader.ignoreContent();
            answer.unknownType(type);
        }
        lock.lock();
        try {
            connection.writeFromReader(answer);
        } finally {
            lock.unlock();
        }
    }
}
