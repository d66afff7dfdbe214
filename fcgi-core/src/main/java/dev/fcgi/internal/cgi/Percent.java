package dev.fcgi.internal.cgi;

import dev.fcgi.internal.text.Ascii;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding (RFC 3986 2.1). As in CGI.pm, decoding leaves malformed escapes unchanged. Escapes are decoded to
 * bytes and the result to text, because a character may be partly escaped.
 */
public final class Percent {
    private static final String HEX = "0123456789ABCDEF";

    private Percent() {}

    /**
     * Decodes a range of an array, which is not changed.
     *
     * @param plusIsSpace whether a plus stands for a space, as in a form
     * @param charset the charset of the unescaped bytes; ISO-8859-1 gives a character for each
     */
    public static String decode(byte[] text, int from, int to, boolean plusIsSpace, Charset charset) {
        byte[] decoded = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            byte b = text[i];
            int value = b == '%' && i + 2 < to ? Ascii.hex(text[i + 1]) << 4 | Ascii.hex(text[i + 2]) : -1;
            if (value >= 0) {
                b = (byte) value;
                i += 2;
            } else if (b == '+' && plusIsSpace) {
                b = ' ';
            }
            decoded[length++] = b;
        }
        return new String(decoded, 0, length, charset);
    }

    /** Decodes text in which only escapes have a meaning. */
    public static String decode(byte[] text, Charset charset) {
        return decode(text, 0, text.length, false, charset);
    }

    /** Encodes every byte of the UTF-8 text that is neither unreserved (RFC 3986 2.3) nor one of the given others. */
    public static String encode(String text, String alsoAllowed) {
        return encode(text.getBytes(StandardCharsets.UTF_8), alsoAllowed);
    }

    /** Encodes every byte that is neither unreserved (RFC 3986 2.3) nor one of the given others. */
    public static String encode(byte[] text, String alsoAllowed) {
        StringBuilder encoded = new StringBuilder(text.length + 16);
        for (byte b : text) {
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
