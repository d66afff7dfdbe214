package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Outcome;
import dev.fcgi.Params;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
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
 * Processes the records of one connection according to their types.
 *
 * <p>Confined to the holder of the connection's reader role, like the {@link RecordReader} it reads from. Takes the
 * connection's lock for changes.
 */
final class RecordHandler implements Inbound.Rule {
    private static final Log RECORDS = Log.of("dev.fcgi.record");

    /** How long a handler may leave its input unread before more is queued, to see what follows it. */
    private static final long READ_AHEAD_TIME = TimeUnit.SECONDS.toNanos(1);
    /** More than any answer to an abort takes. */
    private static final int ANSWER_LENGTH = 256;

    private final ServerContext context;
    private final ServerConnection connection;
    private final RecordReader reader;
    private final ReentrantLock lock;
    private final Output output;
    private final Inbound inbound;
    private final HandlerInput handlerInput;
    private boolean traced;
    /** Whose head has ended, until {@link #completeHead}; then null, as an idle connection shall hold nothing. */
    private ServerRequest complete;
    private Params params;
    /** Whether its STDIN has ended, too. */
    private boolean inputEnds;
    /** The id of the latest BEGIN_REQUEST, and what it was received with. */
    private int begunId;
    private int begunRead;
    /** Whether the whole head was received at once. */
    private boolean atOnce;
    /** The request whose input is being queued. */
    private ServerRequest stalling;
    /** Whether extending its queue was tried while reading is stopped. */
    private boolean looked;

    RecordHandler(ServerContext context, ServerConnection connection, RecordReader reader, ReentrantLock lock, Output output,
            Inbound inbound) {
        this.context = context;
        this.connection = connection;
        this.reader = reader;
        this.lock = lock;
        this.output = output;
        this.inbound = inbound;
        this.handlerInput = new HandlerInput(connection, this, reader, lock, output);
    }

    /** Checks whether records are to be logged; a logger is foreign code, so this is called without a lock. */
    void askForTrace() {
        traced = RECORDS.isTraced();
    }

    /** Advances to the next record. Returns false at the end of the stream. */
    boolean next() throws IOException {
        if (!reader.next()) {
            return false;
        }
        if (traced) {
            RECORDS.trace("<< {0} {1}", connection, reader);
        }
        return true;
    }

    /**
     * Acts on the current record, or on what is left of it.
     *
     * @return the request whose head ends with it, for {@link #completeHead}; or null
     */
    ServerRequest handle() throws IOException {
        int type = reader.type();
        int id = reader.requestId();
        if (id == Fcgi.NULL_REQUEST_ID) {
            management(type);
            return null;
        }
        if (type == Fcgi.BEGIN_REQUEST) {
            BeginRequestBody body = BeginRequestBody.decode(reader.readBody());
            begunId = id;
            begunRead = reader.reads();
            connection.begin(id, Role.of(body.role()), body.keepConn(), handlerInput);
            return null;
        }
        ServerRequest request = connection.find(id);
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
        reader.ignoreContent(); // of ended requests, and of unknown types
        return null;
    }

    /**
     * Whether a complete head must be handled before the current record, because processing the record may wait for a
     * handler.
     */
    boolean mayWait() {
        return reader.contentLeft() > 0 && (isInput(reader.type()) // a full queue
                || reader.type() == Fcgi.BEGIN_REQUEST && connection.find(reader.requestId()) != null); // an id still in use
    }

    private static boolean isInput(int type) {
        return type == Fcgi.STDIN || type == Fcgi.DATA;
    }

    // ---- PARAMS

    private ServerRequest params(ServerRequest request) throws IOException {
        if (request.isHeadComplete()) {
            reader.ignoreContent();
            return null;
        }
        RequestHead head = request.head();
        if (reader.contentLength() == 0) {
            return endParams(request, head);
        }
        for (int count; (count = reader.fill()) > 0; reader.skip(count)) {
            if (!head.append(reader.buffer(), reader.position(), count)) {
                reader.ignoreContent();
                refuse(request);
                break;
            }
        }
        return null;
    }

    private ServerRequest endParams(ServerRequest request, RequestHead head) throws IOException {
        Params all = head.params();
        if (all == null) {
            refuse(request);
            return null;
        }
        atOnce = request.id == begunId && reader.reads() == begunRead;
        inputEnds = reader.isEndNext(Fcgi.STDIN, request.id) && next(); // as it does for most requests
        params = all;
        complete = request;
        return request;
    }

    /**
     * Locked. The head of a request is complete: it takes its permit, or is refused. Once only. Releases the lock while
     * writing.
     *
     * @return whether it is to be handled
     */
    boolean completeHead(ServerRequest request) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (request != complete) {
            return request.isOpen();
        }
        Params all = params;
        complete = null;
        params = null;
        return request.completeHead(all, atOnce, inputEnds);
    }

    private void refuse(ServerRequest request) throws IOException {
        lock.lock();
        try {
            if (request.isOpen()) {
                context.log.log(Level.WARNING, "parameters over maxParamsLength or maxParamsCount: {0}", request);
                request.refuse(ErrorAnswer.OVERLOADED, Outcome.OVER_MAX_PARAMS);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- STDIN and DATA

    /** Queues content for the handler; ignored where the role has no such stream. */
    private void input(ServerRequest request, int type) throws IOException {
        StreamInput stream = type == Fcgi.STDIN ? request.input.stdin : request.input.data;
        if (stream == null) {
            return;
        }
        boolean early = type == Fcgi.STDIN ? !request.isHeadComplete() : !request.input.stdin.hasEnded();
        if (early) {
            throw new FcgiProtocolException(
                    Fcgi.typeName(type) + " for request " + request.id + " before the end of the stream before it");
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

    @Override
    public void received(int bytes) {
        if (stalling.observation != null) {
            stalling.observation.received(bytes);
        }
    }

    /**
     * Locked. How long to wait for a slow handler. If it is alone, as far as is known, more is queued after a while,
     * because others may wait after its input, or the peer may have closed the connection. On a multiplexed connection
     * there is less time.
     */
    @Override
    public long patience(StreamInput stream, long waited) {
        assert lock.isHeldByCurrentThread();
        ServerRequest request = stalling;
        Options options = context.options;
        long lookAt = Math.min(READ_AHEAD_TIME, options.stallTimeout);
        boolean alone = connection.isAlone(request);
        long limit = alone && !output.isMultiplexed() ? options.readTimeout : options.stallTimeout;
        if (alone && !looked && waited >= lookAt) {
            looked = true;
            connection.extend(stream);
            return 0;
        }
        if (limit != Long.MAX_VALUE && waited >= limit) {
            request.abort(Reason.INPUT_STALLED, null);
            context.log.log(Level.WARNING, "handler does not read its input: {0}", request);
            return 0;
        }
        return (alone && !looked ? lookAt : limit) - waited;
    }

    @Override
    public void resumed(long stalledNanos) {
        looked = false;
        connection.readingResumed(stalledNanos);
    }

    // ---- ABORT_REQUEST and management records

    private void abort(ServerRequest request) {
        lock.lock();
        try {
            // answers are staged: stop reading while the peer does not accept them
            output.awaitRoom(ANSWER_LENGTH, request);
            request.abort(Reason.ABORT_REQUEST, null);
            connection.closeIfDone();
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
            Values.answer(reader.readContent(Values.MAX_LENGTH), context.options, answer);
        } else if (type == Fcgi.GET_VALUES_RESULT || type == Fcgi.UNKNOWN_TYPE) {
            reader.ignoreContent(); // answers to queries that we never send
            return;
        } else {
            reader.ignoreContent();
            answer.unknownType(type);
        }
        lock.lock();
        try {
            connection.answer(answer);
        } finally {
            lock.unlock();
        }
    }
}
