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
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int value = bytes[i] == '%' && i + 2 < bytes.length ? hex(bytes[i + 1]) << 4 | hex(bytes[i + 2]) : -1;
            if (value >= 0) {
                decoded.write(value);
                i += 2;
            } else {
                decoded.write(plusIsSpace && bytes[i] == '+' ? ' ' : bytes[i]);
            }
        }
        return decoded.toString(charset);
    }

    /** The value of a hexadecimal digit; negative, also after a shift, when it is none. */
    private static int hex(byte digit) {
        return Character.digit(digit, 16);
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
