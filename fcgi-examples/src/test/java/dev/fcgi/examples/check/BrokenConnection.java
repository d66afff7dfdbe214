package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.ABORT_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.DATA;
import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.FILTER;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES_RESULT;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDERR;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_ROLE;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_TYPE;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A connection of {@link BrokenApplication}: one thread, which reads a record, processes it, and writes. */
final class BrokenConnection {
    private static final Map<String, String> VALUES = Map.of("FCGI_MAX_CONNS", "10", "FCGI_MAX_REQS", "10",
            "FCGI_MPXS_CONNS", "1");

    private final BrokenApplication application;
    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;
    private final Map<Integer, BrokenRequest> active = new LinkedHashMap<>();
    private final Set<Integer> used = new HashSet<>();
    private final ByteArrayOutputStream heldBack = new ByteArrayOutputStream();
    private byte[] left = {};
    private int answered;
    private int padding;
    private boolean last;
    /** Set when no more is sent: input is still read, so that the close is not a reset. */
    private boolean closing;

    BrokenConnection(BrokenApplication application, SocketChannel channel) {
        this.application = application;
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
        this.out = Channels.newOutputStream(channel);
    }

    boolean is(Fault fault) {
        return application.is(fault);
    }

    void serve() throws IOException {
        try {
            readAll();
        } finally {
            active.keySet().forEach(application::give);
        }
    }

    private void readAll() throws IOException {
        for (byte[] header; (header = header()) != null; ) {
            if (heldBack.size() > 0) {
                out.write(heldBack.toByteArray());
                heldBack.reset();
            }
            if (!is(Fault.ACCEPTS_VERSION_2_AND_WAITS) && header[0] != 1) {
                if (is(Fault.DIES_OF_HTTP)) {
                    application.die();
                }
                return;
            }
            if (!read(header)) {
                return;
            }
        }
    }

    private byte[] header() throws IOException {
        byte[] header = new byte[8];
        if (is(Fault.READS_HEADERS_AT_ONCE)) {
            return in.read(header) == 8 ? header : null;
        }
        return in.readNBytes(header, 0, 8) == 8 ? header : null;
    }

    private boolean read(byte[] header) throws IOException {
        int id = is(Fault.READS_LOW_BYTE_OF_ID) ? header[3] & 0xFF : (header[2] & 0xFF) << 8 | header[3] & 0xFF;
        int length = is(Fault.TAKES_LENGTH_FOR_SIGNED)
                ? Math.max(0, (short) ((header[4] & 0xFF) << 8 | header[5] & 0xFF))
                : (header[4] & 0xFF) << 8 | header[5] & 0xFF;
        int type = header[1] & 0xFF;
        boolean strangeType = is(Fault.LEAVES_CONTENT_OF_UNKNOWN_TYPE) && type > UNKNOWN_TYPE && id == 0;
        byte[] content = in.readNBytes(strangeType ? 0 : length);
        if (content.length < length && !strangeType) {
            return false;
        }
        padding = header[6] & 0xFF;
        boolean kept = is(Fault.KEEPS_PADDING_OF_BEGIN) && type == BEGIN_REQUEST
                || is(Fault.KEEPS_PADDING_OF_PARAMS) && type == PARAMS && length > 0
                || is(Fault.KEEPS_PADDING_OF_EMPTY_RECORDS) && length == 0
                || is(Fault.KEEPS_PADDING_OF_STDIN) && type == STDIN && length > 0
                || is(Fault.TAKES_PADDING_FOR_SIGNED) && padding > 127;
        if (is(Fault.EXPECTS_PADDING_WITH_CONTENT)) {
            in.skipNBytes(Math.min(padding, in.available()));
        } else if (!kept) {
            in.skipNBytes(padding);
        }
        if (closing || is(Fault.COMPARES_RESERVED_BYTE) && header[7] != 0 || header[0] != 1) {
            return true;
        }
        return id == 0 && !(is(Fault.SERVES_ID_0) && type < GET_VALUES)
                ? management(type, content) : request(type, id, content);
    }

    // ---- management records

    private boolean management(int type, byte[] content) throws IOException {
        if (type == GET_VALUES) {
            return values(content);
        }
        if (type > 0 && type < GET_VALUES) {
            return false; // an application record without an id
        }
        if (type == GET_VALUES_RESULT || type == UNKNOWN_TYPE || is(Fault.IGNORES_UNKNOWN_TYPES)) {
            return true;
        }
        send(UNKNOWN_TYPE, 0, Arrays.copyOf(new byte[] {(byte) type}, is(Fault.SENDS_SHORT_UNKNOWN_TYPE) ? 1 : 8));
        return !is(Fault.CLOSES_FOR_UNKNOWN_TYPE);
    }

    private boolean values(byte[] content) throws IOException {
        List<BrokenRequest.Pair> query = BrokenRequest.pairs(content, this);
        if (query == null) {
            return false;
        }
        if (is(Fault.ANSWERS_NO_VALUES) || is(Fault.IGNORES_VALUES_IN_REQUESTS) && !active.isEmpty()
                || is(Fault.IS_SILENT_ON_NO_NAMES) && query.isEmpty()) {
            return true;
        }
        Set<String> names = new HashSet<>();
        query.forEach(pair -> names.add(pair.name()));
        if (is(Fault.SENDS_ALL_VALUES)) {
            names.addAll(VALUES.keySet());
        }
        List<String> result = new ArrayList<>();
        for (String name : names) {
            boolean known = VALUES.containsKey(name) && (!is(Fault.KNOWS_ONE_VALUE) || name.equals("FCGI_MPXS_CONNS"));
            if (known || is(Fault.ANSWERS_UNKNOWN_NAMES)) {
                result.add(name);
                result.add(is(Fault.SAYS_YES) ? "yes" : VALUES.getOrDefault(name, ""));
            }
        }
        byte[] answer = FcgiRecord.pairs(result.toArray(String[]::new));
        if (is(Fault.HOLDS_VALUES_BACK) && padding == 0) {
            heldBack.writeBytes(FcgiRecord.of(GET_VALUES_RESULT, 0, answer).bytes());
            return true;
        }
        int id = is(Fault.SENDS_VALUES_WITH_ID_1) ? 1 : 0;
        send(GET_VALUES_RESULT, id, answer);
        if (is(Fault.SENDS_TWO_RESULTS)) {
            send(GET_VALUES_RESULT, id, new byte[0]);
        }
        return true;
    }

    // ---- requests

    private boolean request(int type, int id, byte[] content) throws IOException {
        if (type == BEGIN_REQUEST) {
            return begin(id, content);
        }
        BrokenRequest request = active.get(id);
        if (request == null && is(Fault.TAKES_ANY_ID_FOR_ITS_OWN) && active.size() == 1) {
            request = active.values().iterator().next();
        }
        if (request == null) {
            if (type == ABORT_REQUEST && is(Fault.ANSWERS_ABORT_OF_INACTIVE_ID)) {
                send(END_REQUEST, id, FcgiRecord.endBody(0, REQUEST_COMPLETE));
            }
            return !is(Fault.CLOSES_FOR_INACTIVE_ID);
        }
        if (type == STDIN && is(Fault.MIXES_BODIES) && content.length > 0) {
            request = active.values().iterator().next();
        }
        return switch (type) {
            case PARAMS -> request.params(content) && answerIfReady(request);
            case STDIN -> request.stdin(content) && answerIfReady(request);
            case DATA -> request.data(content) && answerIfReady(request);
            case ABORT_REQUEST -> abort(request);
            default -> true;
        };
    }

    private boolean begin(int id, byte[] content) throws IOException {
        if (content.length < 8 || active.containsKey(id)
                || is(Fault.NEVER_FREES_IDS) && !used.add(id)
                || is(Fault.HAS_A_THOUSAND_IDS) && id > 1000
                || is(Fault.SHARES_IDS_OF_CONNECTIONS) && !application.take(id)
                || is(Fault.COMPARES_BEGIN) && content[7] != 0) {
            return false;
        }
        if (is(Fault.LOSES_SECOND_REQUEST) && !active.isEmpty()) {
            return true;
        }
        if (is(Fault.FORGETS_FIRST_REQUEST)) {
            active.clear();
        }
        int role = is(Fault.READS_LOW_BYTE_OF_ROLE) ? content[1] : content[0] << 8 | content[1] & 0xFF;
        boolean keep = is(Fault.COMPARES_FLAGS) ? content[2] == 1 : (content[2] & 1) != 0;
        if (is(Fault.SERVES_ALL_ROLES) && (role < RESPONDER || role > FILTER)) {
            role = RESPONDER;
        }
        if (role < RESPONDER || role > FILTER) {
            send(END_REQUEST, id, FcgiRecord.endBody(0, UNKNOWN_ROLE));
            last |= !is(Fault.STAYS_AFTER_UNKNOWN_ROLE) && (!keep || is(Fault.CLOSES_AFTER_UNKNOWN_ROLE));
            closeIfIdle();
            return true;
        }
        active.put(id, new BrokenRequest(this, id, role, keep, left));
        return true;
    }

    private boolean abort(BrokenRequest request) throws IOException {
        if (is(Fault.IGNORES_ABORT)) {
            return true;
        }
        if (is(Fault.ABORTS_ALL)) {
            for (BrokenRequest one : List.copyOf(active.values())) {
                end(one);
            }
            return true;
        }
        end(request);
        if (is(Fault.ENDS_ABORTED_TWICE)) {
            send(END_REQUEST, request.id(), FcgiRecord.endBody(0, REQUEST_COMPLETE));
        }
        return !is(Fault.CLOSES_AFTER_ABORT);
    }

    private boolean answerIfReady(BrokenRequest request) throws IOException {
        if (!request.isReady()) {
            return true;
        }
        byte[] answer = request.answer();
        while (is(Fault.SENDS_WITHOUT_END) && request.hasContentLength()) { // until the connection ends
            send(STDOUT, request.id(), new byte[65528]);
        }
        if (answer.length > 0 || !is(Fault.SENDS_NO_STDOUT_FOR_HEAD)) {
            if (is(Fault.ENDS_STDOUT_TWICE)) {
                send(STDOUT, request.id(), new byte[0]);
            }
            for (int from = 0; from < answer.length; from += 65528) {
                send(STDOUT, request.id(), Arrays.copyOfRange(answer, from, Math.min(answer.length, from + 65528)));
            }
            if (!is(Fault.LEAVES_STDOUT_OPEN)) {
                send(STDOUT, request.id(), new byte[0]);
            }
        }
        for (int i = 0; i < 2 && is(Fault.ENDS_STDERR_TWICE); i++) {
            send(STDERR, request.id(), new byte[0]);
        }
        if (is(Fault.SENDS_DATA)) {
            send(DATA, request.id(), new byte[0]);
        }
        if (is(Fault.KEEPS_BODY_FOR_THE_NEXT)) {
            left = request.body();
        }
        end(request);
        return true;
    }

    private void end(BrokenRequest request) throws IOException {
        active.remove(request.id());
        application.give(request.id());
        answered++;
        byte[] body = FcgiRecord.endBody(0, REQUEST_COMPLETE);
        send(END_REQUEST, request.id(), is(Fault.SENDS_SHORT_END) ? Arrays.copyOf(body, 5) : body);
        if (is(Fault.SENDS_STDERR_AFTER_END)) {
            send(STDERR, request.id(), new byte[0]);
        }
        boolean keep = request.keep() && !is(Fault.CLOSES_ALWAYS)
                && !(is(Fault.CLOSES_AFTER_TWENTY) && answered == 20);
        last |= !keep;
        closeIfIdle();
    }

    private void closeIfIdle() throws IOException {
        if (last && active.isEmpty() && !is(Fault.CLOSES_NEVER)) {
            closing = true;
            channel.shutdownOutput();
        }
    }

    private void send(int type, int id, byte[] content) throws IOException {
        byte[] padding = new byte[is(Fault.DOES_NOT_ALIGN) ? 0 : -content.length & 7];
        if (is(Fault.PADS_WITH_ONES)) {
            Arrays.fill(padding, (byte) -1);
        }
        out.write(new FcgiRecord(is(Fault.SENDS_VERSION_0) ? 0 : 1, type, is(Fault.ANSWERS_WITH_ID_1) && id != 0 ? 1 : id,
                content, padding, is(Fault.SENDS_RESERVED_BITS) ? 7 : 0).bytes());
    }
}
