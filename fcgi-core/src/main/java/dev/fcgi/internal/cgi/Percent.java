package dev.fcgi.internal.cgi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Percent-encoding (RFC 3986 2.1), tolerant when decoding: what is no escape stays as it is, like in CGI.pm. */
public final class Percent {
    private static final String HEX = "0123456789ABCDEF";

    private Percent() {}

    /**
     * Decodes escapes.
     *
     * @param plusIsSpace whether the text comes from a form, where a plus stands for a space
     */
    public static String decode(String text, boolean plusIsSpace, Charset charset) {
        if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0) && isAscii(text)) {
            return text;
        }
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int value = c == '%' && i + 2 < text.length() ? hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2)) : -1;
            if (value >= 0) {
                decoded.write(value);
                i += 3;
            } else if (c < 0x80) {
                decoded.write(plusIsSpace && c == '+' ? ' ' : c);
                i++;
            } else { // was decoded before: must come out of the charset as it goes in
                int end = endOfNonAscii(text, i);
                decoded.writeBytes(text.substring(i, end).getBytes(charset));
                i = end;
            }
        }
        return decoded.toString(charset);
    }

    private static int endOfNonAscii(String text, int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) >= 0x80) {
            end++;
        }
        return end;
    }

    /** The value of a hexadecimal digit; negative, also after a shift, when it is none. */
    private static int hex(char digit) {
        return digit < 0x80 ? Character.digit(digit, 16) : -1;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** Encodes as UTF-8 every byte that is neither unreserved (RFC 3986 2.3) nor one of some others. */
    public static String encode(String text, String alsoAllowed) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean letterOrDigit = b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
            if (letterOrDigit || b > 0 && ("-._~".indexOf(b) >= 0 || alsoAllowed.indexOf(b) >= 0)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
            }
        }
        return encoded.toString();
    }
}
