package dev.fcgi.examples.check;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a browser has received.
 *
 * @param kind the kind of answer
 * @param status the status in the head of the response, 0 if the browser shows none
 * @param output everything that it shows
 * @param told a description for people
 */
record Answer(Kind kind, int status, String output, String told) {
    /** How an answer compares to the page that was sent. */
    enum Kind {
        /** The complete page. */
        WHOLE,
        /** An error instead of the page. */
        ERROR,
        /** A part of the page, and the browser knows that it is a part. */
        CUT,
        /** A part of the page, or nothing, that looks complete. */
        SHORT,
        /** Something that was not sent. */
        GARBLED,
        /** No answer in time. */
        NONE
    }

    private static final Pattern STATUS = Pattern.compile("(?im)^(?:HTTP/[\\d.]+ |Status: *)(\\d{3})\\b");
    private static final Pattern BLANK_LINE = Pattern.compile("\r?\n\r?\n");

    /** No answer has arrived in time. */
    static Answer none(String seconds) {
        return new Answer(Kind.NONE, 0, "", "no answer within " + seconds);
    }

    /**
     * Judges.
     *
     * @param firstWord the first word of the page, which no other page has
     * @param page the expected page
     * @param stdout what was sent to the web server: perhaps a head, and the page or a part of it
     */
    static Answer of(Browser.Output got, String firstWord, byte[] page, byte[] stdout) {
        String output = new String(got.bytes(), StandardCharsets.ISO_8859_1);
        String all = new String(page, StandardCharsets.ISO_8859_1);
        int at = output.indexOf(firstWord);
        int status = status(at < 0 ? output : output.substring(0, at));
        Kind kind = at >= 0
                ? ofPage(got.status(), output.substring(0, at), output.substring(at), all)
                : withoutPage(got, output, status, isPart(got.bytes(), stdout));
        return new Answer(kind, status, output, told(kind, got, status, page));
    }

    private static Kind withoutPage(Browser.Output got, String output, int status, boolean isPart) {
        boolean isWell = got.status() == 0;
        if (output.isEmpty()) {
            return isWell ? Kind.SHORT : Kind.ERROR;
        } else if (isPart) {
            return isWell ? Kind.SHORT : Kind.CUT;
        } else if (!isWell || status >= 400 || status == 0) {
            return Kind.ERROR;
        } else {
            return isHead(output) ? Kind.SHORT : Kind.GARBLED;
        }
    }

    private static Kind ofPage(int exit, String head, String rest, String page) {
        if (!head.isEmpty() && !isHead(head) || !page.startsWith(rest)) {
            return Kind.GARBLED;
        }
        return exit != 0 ? Kind.CUT : rest.length() < page.length() ? Kind.SHORT : Kind.WHOLE;
    }

    /** {@return whether it is one head, possibly after interim ones} */
    private static boolean isHead(String text) {
        Matcher blankLine = BLANK_LINE.matcher(text);
        for (int from = 0; blankLine.find(); from = blankLine.end()) {
            if (blankLine.end() == text.length()) {
                return true;
            }
            if (status(text.substring(from, blankLine.end())) >= 200) {
                return false;
            }
        }
        return false;
    }

    private static boolean isPart(byte[] output, byte[] stdout) {
        return output.length < stdout.length && Arrays.equals(output, 0, output.length, stdout, 0, output.length);
    }

    /** The status of the last head, because others may be interim. */
    private static int status(String head) {
        int status = head.endsWith("\n") ? 200 : 0;
        for (Matcher matcher = STATUS.matcher(head); matcher.find(); ) {
            status = Integer.parseInt(matcher.group(1));
        }
        return status;
    }

    private static String told(Kind kind, Browser.Output got, int status, byte[] page) {
        String what = switch (kind) {
            case WHOLE -> "the whole page";
            case ERROR -> "an error";
            case CUT -> "a part of the page, and was told so";
            case SHORT -> got.bytes().length == 0 ? "nothing, and no error" : "a part of the page, or none, that looks whole";
            case GARBLED -> "something that was not sent to it";
            case NONE -> "no answer";
        };
        return what + (status == 0 ? "" : ", status " + status)
                + (got.status() == 0 ? "" : ", exit status " + got.status())
                + (kind == Kind.WHOLE ? "" : ": " + shown(got.bytes(), page))
                + (got.errors().isEmpty() ? "" : " (" + got.errors().replaceAll("\\s+", " ") + ")");
    }

    /** The text where the answer begins to differ from the page, without the head of the HTTP response. */
    private static String shown(byte[] bytes, byte[] page) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher blankLine = BLANK_LINE.matcher(text);
        int from = 0;
        while (text.startsWith("HTTP/", from) && blankLine.find(from)) {
            from = blankLine.end();
        }
        if (from == 0 || from == bytes.length) {
            return Transcript.text(bytes);
        }
        byte[] rest = Arrays.copyOfRange(bytes, from, bytes.length);
        int same = Arrays.mismatch(rest, page);
        int length = same < 0 ? page.length : same;
        return "after the head " + (length == 0 ? "" : "and " + length + " of " + page.length + " bytes of the page ")
                + Transcript.text(Arrays.copyOfRange(rest, length, rest.length));
    }
}
