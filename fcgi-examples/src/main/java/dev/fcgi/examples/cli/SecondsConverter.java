package dev.fcgi.examples.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a time: {@code 10}, {@code 0.5}, {@code 500ms}, {@code 2m}; in seconds without a unit. */
final class SecondsConverter implements ITypeConverter<Duration> {
    private static final Pattern TIME = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,9})?)(ms|s|m)?");

    @Override
    public Duration convert(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not a time such as 10, 0.5, 500ms or 2m");
        }
        String unit = matcher.group(2);
        long nanos = unit == null || unit.equals("s") ? 1_000_000_000L : unit.equals("m") ? 60_000_000_000L : 1_000_000;
        return Duration.ofNanos(new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nanos)).longValue());
    }
}
