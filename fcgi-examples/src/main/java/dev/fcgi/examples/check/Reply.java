package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.STDERR;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an application sent for a request, up to END_REQUEST. Errors are reported only on access.
 *
 * @param records those of the request, including END_REQUEST if it arrived
 * @param missing why there is no END_REQUEST; null if there is
 */
record Reply(List<FcgiRecord> records, String missing) {
    private static final Pattern STATUS = Pattern.compile("(?im)^(?:Status: *|HTTP/\\d\\.\\d )(\\d{3})\\b");
    private static final Pattern HEAD_END = Pattern.compile("\r?\n\r?\n");

    private byte[] stream(int type) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (FcgiRecord record : records) {
            if (record.type() == type) {
                value.writeBytes(record.content());
            }
        }
        return value.toByteArray();
    }

    byte[] stdout() {
        return stream(STDOUT);
    }

    byte[] stderr() {
        return stream(STDERR);
    }

    /** Expects END_REQUEST. */
    FcgiRecord end() {
        if (missing != null) {
            throw Judgement.unmet("no END_REQUEST: " + missing);
        }
        return records.get(records.size() - 1);
    }

    boolean isEnded() {
        return missing == null;
    }

    int protocolStatus() {
        byte[] content = end().content();
        if (content.length < 5) { // whether there are eight is a separate case
            throw Judgement.unmet("an END_REQUEST of " + content.length + " bytes");
        }
        return content[4] & 0xFF;
    }

    int appStatus() {
        protocolStatus();
        return ByteBuffer.wrap(end().content()).getInt();
    }

    /** Expects the regular end of the request. */
    Reply complete() {
        if (protocolStatus() != REQUEST_COMPLETE) {
            throw Judgement.unmet("END_REQUEST says " + FcgiRecord.statusName(protocolStatus()));
        }
        return this;
    }

    /** Expects a refusal. */
    Reply refused(int status) {
        if (protocolStatus() != status) {
            throw Judgement.unmet("END_REQUEST says " + FcgiRecord.statusName(protocolStatus()) + ", not "
                    + FcgiRecord.statusName(status));
        }
        return this;
    }

    /** Expects the page: the regular end, and status 200. */
    Reply ok() {
        complete();
        if (status() != 200) {
            throw Judgement.unmet("the response has status " + status() + ", not 200");
        }
        return this;
    }

    /** Expects the page with this body. */
    Reply ok(byte[] body) {
        ok();
        byte[] got = body();
        if (!Arrays.equals(got, body)) {
            throw Judgement.unmet("the body is " + got.length + " bytes, " + Transcript.text(got) + ", not the "
                    + body.length + " that were sent");
        }
        return this;
    }

    /** {@return the status of the response, 0 when there is nothing on STDOUT} */
    int status() {
        String head = head();
        if (head.isEmpty()) {
            return 0;
        }
        Matcher matcher = STATUS.matcher(head);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 200;
    }

    private String text() {
        return new String(stdout(), StandardCharsets.ISO_8859_1);
    }

    String head() {
        String text = text();
        Matcher end = HEAD_END.matcher(text);
        return end.find() ? text.substring(0, end.start()) : text;
    }

    /** {@return what follows the head} */
    byte[] body() {
        String text = text();
        Matcher end = HEAD_END.matcher(text);
        return end.find() ? text.substring(end.end()).getBytes(StandardCharsets.ISO_8859_1) : new byte[0];
    }
}
