package dev.fcgi.internal.cgi;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times in the notation of CGI.pm: {@code now}, {@code +30s}, {@code -10m}, {@code +1.5h}, {@code +3M}, ... */
public final class Expires {
    private static final Pattern RELATIVE = Pattern.compile("([+-]?)(\\d{1,9}(?:\\.\\d{1,9})?)([smhdMy])");
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private Expires() {}

    /**
     * Converts a time to an HTTP date (RFC 9110 5.6.7).
     *
     * @param text a time relative to now; anything else is taken for a date and returned unchanged
     */
    public static String date(String text, Instant now) {
        if (text.equalsIgnoreCase("now")) {
            return date(now);
        }
        Matcher relative = RELATIVE.matcher(text);
        if (!relative.matches()) {
            return text;
        }
        double seconds = Double.parseDouble(relative.group(2)) * switch (relative.group(3)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            case "d" -> 86_400;
            case "M" -> 30 * 86_400;
            default -> 365 * 86_400;
        };
        return date(now.plusSeconds((long) (relative.group(1).equals("-") ? -seconds : seconds)));
    }

    public static String date(Instant instant) {
        return HTTP_DATE.format(instant);
    }
}
