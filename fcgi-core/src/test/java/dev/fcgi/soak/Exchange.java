package dev.fcgi.soak;

import dev.fcgi.Role;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** One request as its peer sees it: the records to send, and what came back. */
final class Exchange {
    private static final int BEGUN_TEXT = 16;

    private final Plan plan;
    private final int id;
    private final Target target;
    private final Ledger ledger;
    private final byte[] head;
    private boolean abortSent;

    private final StringBuilder beginning = new StringBuilder();
    private boolean asPlanned = true;
    private long position;
    private boolean stdoutEnded;
    private long stderr;
    private boolean ended;
    private boolean cut;

    Exchange(Plan plan, int id, Target target, Ledger ledger) {
        this.plan = plan;
        this.id = id;
        this.target = target;
        this.ledger = ledger;
        this.head = overflows() ? new byte[0] : plan.head();
    }

    boolean hasEnded() {
        return ended;
    }

    boolean overflows() {
        return plan.ending() == Plan.Ending.OVERFLOW;
    }

    boolean isCut() {
        return cut;
    }

    // ---- what is sent

    /** The records of the request in order; some requests are aborted somewhere. */
    Queue<byte[]> records(Random random, boolean keep) {
        List<byte[]> records = new ArrayList<>();
        int role = plan.role().code();
        add(records, Fcgi.BEGIN_REQUEST, new byte[] {0, (byte) role, (byte) (keep ? 1 : 0), 0, 0, 0, 0, 0}, random);
        ByteArrayOutputStream params = new ByteArrayOutputStream();
        NameValuePairs.append(params, Plan.PARAM, plan.encode());
        NameValuePairs.append(params, "REQUEST_METHOD", plan.input() > 0 ? "POST" : "GET");
        NameValuePairs.append(params, "FCGI_DATA_LENGTH", "" + plan.data());
        addStream(records, Fcgi.PARAMS, params.toByteArray(), random);
        if (plan.role() != Role.AUTHORIZER || random.nextBoolean()) {
            addStream(records, Fcgi.STDIN, Content.of(plan.stdinStream(), 0, plan.input()), random);
        }
        if (plan.role() == Role.FILTER) {
            addStream(records, Fcgi.DATA, Content.of(plan.dataStream(), 0, plan.data()), random);
        }
        if (plan.ending() == Plan.Ending.WAIT) {
            abort(records, records.size());
        } else if (random.nextInt(8) == 0) {
            abort(records, 1 + random.nextInt(records.size()));
        }
        return new ArrayDeque<>(records);
    }

    private void abort(List<byte[]> records, int at) {
        abortSent = true;
        records.add(at, record(Fcgi.ABORT_REQUEST, new byte[0], 0));
    }

    private void addStream(List<byte[]> records, int type, byte[] content, Random random) {
        for (int from = 0; from < content.length; ) {
            int most = random.nextBoolean() ? 65_535 : 1 + random.nextInt(8192);
            int count = Math.min(most, content.length - from);
            add(records, type, Arrays.copyOfRange(content, from, from + count), random);
            from += count;
        }
        add(records, type, new byte[0], random);
    }

    private void add(List<byte[]> records, int type, byte[] content, Random random) {
        records.add(record(type, content, random.nextInt(4) == 0 ? random.nextInt(256) : 0));
    }

    private byte[] record(int type, byte[] content, int padding) {
        return ByteBuffer.allocate(8 + content.length + padding).put((byte) 1).put((byte) type).putShort((short) id)
                .putShort((short) content.length).put((byte) padding).put((byte) 0).put(content).array();
    }

    // ---- what comes back

    void record(int type, byte[] content) {
        if (ended || cut) {
            wrong("a " + Fcgi.typeName(type) + " after the end");
            return;
        }
        switch (type) {
            case Fcgi.STDOUT -> stdout(content);
            case Fcgi.STDERR -> stderr += content.length;
            case Fcgi.ABORT_REQUEST -> cut = true;
            case Fcgi.END_REQUEST -> {
                ended = true;
                judge(ByteBuffer.wrap(content).getInt(), content[4]);
            }
            default -> wrong("a " + Fcgi.typeName(type));
        }
    }

    private void stdout(byte[] content) {
        if (stdoutEnded) {
            wrong("STDOUT after its end");
        }
        stdoutEnded = content.length == 0;
        if (beginning.length() < BEGUN_TEXT) {
            beginning.append(new String(content, 0, Math.min(BEGUN_TEXT, content.length), StandardCharsets.ISO_8859_1));
        }
        asPlanned &= matches(content);
        position += content.length;
    }

    private boolean matches(byte[] content) {
        if (overflows()) {
            return Arrays.mismatch(content, new byte[content.length]) < 0;
        }
        int at = 0;
        if (position < head.length) {
            at = (int) Math.min(content.length, head.length - position);
            if (!Arrays.equals(content, 0, at, head, (int) position, (int) position + at)) {
                return false;
            }
        }
        int rest = content.length - at;
        return rest == 0 || position + content.length <= (long) head.length + plan.bodyLength()
                && Content.matches(plan.stdoutStream(), position + at - head.length, content, at, rest);
    }

    private boolean saysStatus(int status) {
        return beginning.toString().startsWith("Status: " + status + " ");
    }

    /** At END_REQUEST, checks whether the result is the planned one, or one that an abort explains. */
    private void judge(int status, int protocolStatus) {
        boolean whole = asPlanned && stdoutEnded && position == (long) head.length + plan.bodyLength()
                && status == plan.status() && stderr == plan.stderr();
        if (!stdoutEnded) {
            wrong("END_REQUEST without the end of STDOUT");
        } else if (target.mayLose() && (asPlanned || saysStatus(503))) {
            ledger.count("ended: while the server stops");
        } else if (saysStatus(503)) {
            ledger.refused(plan); // no peer of ours makes a running handler end like this
            ledger.count(protocolStatus == 2 ? "ended: overloaded" : "ended: 503");
        } else if (protocolStatus != 0) {
            wrong("protocol status " + protocolStatus);
        } else if (saysStatus(500) && !plan.ending().isWhole() && status != 0) {
            ledger.count("ended: 500");
        } else if (whole && plan.ending().isWhole()) {
            ledger.count("ended: as planned");
        } else if (abortSent && asPlanned) {
            ledger.count("ended: aborted");
        } else if (!plan.ending().isWhole() && asPlanned && status != 0) {
            ledger.count("ended: by a failure");
        } else {
            wrong("not as planned, status " + status + ", " + position + " bytes " + asPlanned + " " + beginning);
        }
    }

    /** The connection has ended, the request has not. */
    void lost(String why) {
        if (why == null && !cut) {
            wrong("lost");
        } else {
            ledger.count("lost: " + (cut ? "the handler failed" : why));
        }
        if (!asPlanned && !saysStatus(500) && !saysStatus(503)) {
            wrong("lost, and what came was not as planned: " + beginning);
        }
    }

    private void wrong(String what) {
        ledger.violation(what + ", abort sent " + abortSent + ": " + plan);
    }
}
