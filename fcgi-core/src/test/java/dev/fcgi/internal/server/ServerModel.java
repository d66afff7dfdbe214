package dev.fcgi.internal.server;

import dev.fcgi.fuzz.MemoryTransport;
import dev.fcgi.fuzz.NaiveRecord;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The output that a web server may expect for its input (FastCGI 3, 4, 5), derived from the whole stream. From the
 * point where the outcome depends on the speed of a handler, nothing is expected.
 */
final class ServerModel {
    private static final int RESPONDER = 1;
    private static final int AUTHORIZER = 2;
    private static final int FILTER = 3;

    /** A request that was begun and whose input is not complete. */
    private static final class Sent {
        final int role;
        int paramsLength;
        boolean paramsEnded;
        boolean stdinEnded;
        final List<byte[]> params = new ArrayList<>();

        Sent(int role) {
            this.role = role;
        }
    }

    private final Options options;
    /** Where the bytes of a BEGIN_REQUEST end that it takes to act on it, and its id. */
    private final List<int[]> begins = new ArrayList<>();
    /** How many ends of each id must come. */
    private final Map<Integer, Integer> expected = new HashMap<>();
    private final Map<Integer, Sent> sent = new HashMap<>();
    private boolean certain = true;
    private boolean last;

    ServerModel(byte[] input, int from, Options options) {
        this.options = options;
        NaiveRecord.Stream stream = NaiveRecord.parse(input, from, input.length);
        stream.records().forEach(record -> countBegin(record.type(), record.id(), record.start()));
        int rest = stream.rest();
        if (stream.ending().equals("cut") && input.length - rest >= 16) { // acted upon before its padding is there
            countBegin(input[rest + 1], (input[rest + 2] & 0xFF) << 8 | input[rest + 3] & 0xFF, rest);
        }
        for (NaiveRecord record : stream.records()) {
            if (certain) {
                expect(record);
            }
        }
        boolean header = stream.ending().equals("cut") && input.length - rest >= 8;
        certain &= !stream.ending().equals("version") && (!header || isHarmless(input, rest));
    }

    /** Whether a record whose content is cut breaks nothing by its header already. */
    private boolean isHarmless(byte[] input, int at) {
        int id = (input[at + 2] & 0xFF) << 8 | input[at + 3] & 0xFF;
        Sent request = sent.get(id);
        return input[at + 1] == Fcgi.STDIN && id != 0 && (request == null || request.paramsEnded);
    }

    private void countBegin(int type, int id, int start) {
        if (type == Fcgi.BEGIN_REQUEST && id != 0) {
            begins.add(new int[] {start + 16, id});
        }
    }

    // ---- expected output

    private void expect(NaiveRecord record) {
        Sent request = sent.get(record.id());
        int length = record.content().length;
        if (record.id() == 0) {
            boolean application = record.type() > 0 && record.type() < Fcgi.GET_VALUES;
            boolean badQuery = record.type() == Fcgi.GET_VALUES
                    && (length > Values.MAX_LENGTH || count(List.of(record.content())) < 0);
            certain &= !application && !badQuery;
        } else if (record.type() == Fcgi.BEGIN_REQUEST) {
            begin(record, request, length);
        } else if (request != null) {
            switch (record.type()) {
                case Fcgi.ABORT_REQUEST -> ends(record.id());
                case Fcgi.PARAMS -> params(record.id(), request, record.content());
                case Fcgi.STDIN -> {
                    certain &= request.paramsEnded;
                    request.stdinEnded |= length == 0;
                    if (request.stdinEnded && request.role == AUTHORIZER) {
                        sent.remove(record.id()); // was expected at the end of its parameters
                    } else if (request.stdinEnded && request.role == RESPONDER) {
                        ends(record.id());
                    }
                }
                case Fcgi.DATA -> {
                    certain &= request.role != FILTER || request.stdinEnded;
                    if (request.role == FILTER && length == 0) {
                        ends(record.id());
                    }
                }
                default -> { }
            }
        }
    }

    private void begin(NaiveRecord record, Sent request, int length) {
        if (length < 8 || request != null) {
            certain = false;
            return;
        }
        if (last) {
            return; // the connection may be closing by now
        }
        int role = record.content()[0] << 8 | record.content()[1];
        last = (record.content()[2] & Fcgi.KEEP_CONN) == 0;
        if (role < 1 || role > 3) {
            ends(record.id());
        } else {
            sent.put(record.id(), new Sent(role));
        }
    }

    private void params(int id, Sent request, byte[] content) {
        if (request.paramsEnded) {
            return;
        }
        request.params.add(content);
        request.paramsLength += content.length;
        if (request.paramsLength > options.maxParamsLength) {
            ends(id); // refused
        } else if (content.length == 0) {
            int count = count(request.params);
            request.paramsEnded = true;
            certain &= count >= 0;
            if (certain && count > options.maxParamsCount) {
                ends(id); // refused
            } else if (certain && request.role == AUTHORIZER) {
                expected.merge(id, 1, Integer::sum);
            }
        }
    }

    private void ends(int id) {
        Sent request = sent.remove(id);
        if (request == null || request.role != AUTHORIZER || !request.paramsEnded) {
            expected.merge(id, 1, Integer::sum);
        }
    }

    /** Returns how many pairs a stream has, -1 when it is malformed. */
    private static int count(List<byte[]> stream) {
        byte[] all = new byte[stream.stream().mapToInt(piece -> piece.length).sum()];
        int at = 0;
        for (byte[] piece : stream) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        int count = 0;
        try {
            for (NameValuePairs pairs = new NameValuePairs(all, all.length); pairs.next(); count++) {
                // counts
            }
            return count;
        } catch (IOException e) {
            return -1;
        }
    }

    // ---- actual output

    /** Whether nothing is missing that the web server waits for. */
    boolean isSatisfied(MemoryTransport transport) {
        return !certain || missing(NaiveRecord.parse(transport.output(), 0, transport.output().length)).isEmpty();
    }

    private Set<Integer> missing(NaiveRecord.Stream output) {
        Map<Integer, Integer> open = new HashMap<>(expected);
        for (NaiveRecord record : output.records()) {
            if (record.type() == Fcgi.END_REQUEST) {
                open.merge(record.id(), -1, Integer::sum);
            } else if (record.type() == Fcgi.ABORT_REQUEST) {
                return Set.of(); // an incomplete response ends the connection
            }
        }
        Set<Integer> missing = new HashSet<>();
        open.forEach((id, count) -> {
            if (count > 0) {
                missing.add(id);
            }
        });
        return missing;
    }

    /**
     * Checks all that was written.
     *
     * @param patient whether the web server has waited
     */
    void check(MemoryTransport transport, boolean patient) {
        byte[] all = transport.output();
        NaiveRecord.Stream output = NaiveRecord.parse(all, 0, all.length);
        if (patient && certain && !missing(output).isEmpty()) {
            throw new AssertionError("no end of requests " + missing(output));
        }
        if (patient && !output.ending().equals("end")) {
            throw new AssertionError("the output ends with " + output.ending());
        }
        Map<Integer, Integer> ended = new HashMap<>();
        for (NaiveRecord record : output.records()) {
            check(record, ended, positionAt(transport, record.start()));
        }
    }

    private static int positionAt(MemoryTransport transport, int offset) {
        int end = 0;
        for (MemoryTransport.Written written : transport.written()) {
            end += written.bytes().length;
            if (end > offset) {
                return written.position();
            }
        }
        throw new AssertionError();
    }

    private void check(NaiveRecord record, Map<Integer, Integer> ended, int position) {
        int length = record.content().length;
        boolean stream = record.type() == Fcgi.STDOUT || record.type() == Fcgi.STDERR;
        boolean end = record.type() == Fcgi.END_REQUEST;
        boolean wellFormed = record.reserved() == 0 && record.padding().length == (stream || end || record.id() == 0
                ? -length & 7 : 0);
        for (byte b : record.padding()) {
            wellFormed &= b == 0;
        }
        boolean management = record.id() == 0 && (record.type() == Fcgi.GET_VALUES_RESULT
                || record.type() == Fcgi.UNKNOWN_TYPE && length == 8);
        boolean cut = record.type() == Fcgi.ABORT_REQUEST && length == 0;
        boolean application = record.id() != 0 && (stream || end && length == 8 || cut);
        if (!wellFormed || !management && !application) {
            throw new AssertionError("malformed " + record);
        }
        if (application) {
            long begun = begins.stream().filter(begin -> begin[0] <= position && begin[1] == record.id()).count();
            if (ended.getOrDefault(record.id(), 0) >= begun) {
                throw new AssertionError("after the end of request " + record.id() + ": " + record);
            }
            if (end) {
                ended.merge(record.id(), 1, Integer::sum);
            }
        }
    }
}
