package dev.fcgi.internal.cgi;

import java.nio.file.Path;

/**
 * What one form may take.
 *
 * <p>The memory of a form is at most {@code maxFieldLength}, plus {@code memoryThreshold} and the header for each part;
 * its disk space at most {@code maxBodyLength}, in one temporary file, so one file descriptor.
 *
 * @param maxBodyLength bytes of the body up to the closing delimiter; {@link Long#MAX_VALUE} for no limit
 * @param maxFieldLength bytes of the values of all text fields together, and characters of their names
 * @param maxParts text fields and uploads
 * @param memoryThreshold bytes of one upload that are kept in memory; a larger one goes to the temporary file
 * @param tempDirectory where the temporary file is made
 */
public record FormLimits(
        long maxBodyLength, int maxFieldLength, int maxParts, int memoryThreshold, Path tempDirectory) {

    /** Refuses negative numbers. */
    public FormLimits {
        requireNatural("maxBodyLength", maxBodyLength);
        requireNatural("maxFieldLength", maxFieldLength);
        requireNatural("maxParts", maxParts);
        requireNatural("memoryThreshold", memoryThreshold);
        if (tempDirectory == null) {
            throw new NullPointerException("tempDirectory");
        }
    }

    /** {@return 64 MiB in all, 1 MiB of text, 1000 parts, 64 KiB of each upload in memory, {@code java.io.tmpdir}} */
    public static FormLimits defaults() {
        return new FormLimits(64 << 20, 1 << 20, 1000, 64 << 10, Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static void requireNatural(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " " + value + " is negative");
        }
    }
}
