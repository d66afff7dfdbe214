package dev.fcgi.internal.ops;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.HashMap;
import java.util.Map;

/** Writes a time as strftime(3) does in the C locale. */
final class Strftime {
    /** What PHP-FPM writes where no format is given. */
    static final String DEFAULT = "%d/%b/%Y:%H:%M:%S %z";

    private static final Map<Character, DateTimeFormatter> FORMATTERS = new HashMap<>();

    static {
        Map.ofEntries(
                Map.entry('a', "EEE"), Map.entry('A', "EEEE"), Map.entry('b', "MMM"), Map.entry('B', "MMMM"),
                Map.entry('c', "EEE MMM ppd HH:mm:ss uuuu"), Map.entry('d', "dd"), Map.entry('D', "MM/dd/uu"),
                Map.entry('e', "ppd"), Map.entry('F', "uuuu-MM-dd"),
                Map.entry('h', "MMM"), Map.entry('H', "HH"), Map.entry('I', "hh"), Map.entry('j', "DDD"),
                Map.entry('k', "ppH"), Map.entry('l', "pph"), Map.entry('m', "MM"), Map.entry('M', "mm"),
                Map.entry('p', "a"), Map.entry('r', "hh:mm:ss a"), Map.entry('R', "HH:mm"), Map.entry('S', "ss"),
                Map.entry('T', "HH:mm:ss"), Map.entry('x', "MM/dd/uu"), Map.entry('X', "HH:mm:ss"),
                Map.entry('y', "uu"), Map.entry('Y', "uuuu"), Map.entry('z', "xx"), Map.entry('Z', "zzz"))
                .forEach((letter, pattern) ->
                        FORMATTERS.put(letter, DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
    }

    private Strftime() {}

    /** Appends a time. Conversions that strftime does not know are copied. */
    static void append(StringBuilder out, String format, ZonedDateTime time) {
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char letter = format.charAt(++i);
            if ((letter == 'E' || letter == 'O') && i + 1 < format.length()) {
                letter = format.charAt(++i); // alternative forms, which the C locale does not have
            }
            convert(out, letter, time);
        }
    }

    private static void convert(StringBuilder out, char letter, ZonedDateTime time) {
        switch (letter) {
            case '%' -> out.append('%');
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'C' -> padded(out, time.getYear() / 100);
            case 'P' -> out.append(time.getHour() < 12 ? "am" : "pm");
            case 's' -> out.append(time.toEpochSecond());
            case 'u' -> out.append(time.getDayOfWeek().getValue());
            case 'w' -> out.append(time.getDayOfWeek().getValue() % 7);
            case 'U' -> padded(out, (time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7);
            case 'W' -> padded(out, (time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7);
            case 'V' -> padded(out, time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'g' -> padded(out, time.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'G' -> out.append(time.get(IsoFields.WEEK_BASED_YEAR));
            default -> {
                DateTimeFormatter formatter = FORMATTERS.get(letter);
                if (formatter == null) {
                    out.append('%').append(letter);
                } else {
                    formatter.formatTo(time, out);
                }
            }
        }
    }

    private static void padded(StringBuilder out, int number) {
        out.append(number < 10 ? "0" : "").append(number);
    }
}
