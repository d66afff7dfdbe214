package dev.fcgi.internal.text;

import java.util.regex.Pattern;

/**
 * Text in the grammars of protocols, which consist of ASCII.
 *
 * <p>The methods of {@link String} and {@link Character} accept more: they strip blanks of all scripts, take a Kelvin
 * sign for a {@code k}, and read Arabic digits and a plus sign. If one reader strips or folds text and another does
 * not, one name becomes two, or a name that was checked becomes a different one. A test keeps those methods out of the
 * library; its list names the exceptions.
 */
public final class Ascii {
    /** The number of digits that always fit in a long. */
    private static final int MAX_DIGITS = 18;

    /** Whether a token may have the character of a number. */
    private static final boolean[] TOKEN = new boolean[128];

    static {
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".chars()
                .forEach(c -> TOKEN[c] = true);
    }

    /** All that a terminal or a reader of logs may take for something else than text. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private Ascii() {}

    /** Whether a character is white space of a header: SP or HT (RFC 9110 5.6.3). */
    public static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Whether a text is a token (RFC 9110 5.6.2): not empty, only ASCII, without blanks and most punctuation. */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= TOKEN.length || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether a text has no other character. */
    public static boolean isAscii(String text) {
        int all = 0;
        for (int i = 0; i < text.length(); i++) {
            all |= text.charAt(i);
        }
        return all <= 0x7F;
    }

    /** Puts a question mark for each control character and each end of a line, of Unicode: for logs and messages. */
    public static String printable(String text) {
        return CONTROLS.matcher(text).replaceAll("?");
    }

    /** Removes SP and HT at both ends. */
    public static String strip(String text) {
        int start = 0;
        while (start < text.length() && isBlank(text.charAt(start))) {
            start++;
        }
        return stripTrailing(text.substring(start));
    }

    /** Removes SP and HT at the end. */
    public static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Converts A to Z to lower case. */
    public static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (lower(text.charAt(i)) != text.charAt(i)) {
                char[] chars = text.toCharArray();
                for (; i < chars.length; i++) {
                    chars[i] = lower(chars[i]);
                }
                return new String(chars);
            }
        }
        return text;
    }

    /** Converts a to z to upper case. */
    public static String upper(String text) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            result.append(c >= 'a' && c <= 'z' ? (char) (c - ('a' - 'A')) : c);
        }
        return result.toString();
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    /** Compares without regard to the case of A to Z. */
    public static boolean equalsIgnoreCase(String one, String other) {
        if (one.length() != other.length()) {
            return false;
        }
        for (int i = 0; i < one.length(); i++) {
            if (lower(one.charAt(i)) != lower(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@return the value of a hexadecimal digit; negative, even after a shift, when it is not one} */
    public static int hex(int digit) {
        if (digit >= '0' && digit <= '9') {
            return digit - '0';
        }
        int letter = digit | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /**
     * Reads a number of the form 1*DIGIT, of at most 18 digits.
     *
     * @param text may be null
     * @param otherwise what to return for anything else
     */
    public static long number(String text, long otherwise) {
        if (text == null || text.isEmpty() || text.length() > MAX_DIGITS) {
            return otherwise;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return otherwise;
            }
            number = 10 * number + digit;
        }
        return number;
    }
}
