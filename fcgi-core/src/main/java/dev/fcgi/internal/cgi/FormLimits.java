package dev.fcgi.internal.cgi;

import java.nio.file.Path;

/**
 * What one form may take.
 *
 * <p>The memory of a form is at most {@code maxFieldsLength}, plus {@code memoryThreshold} and the header for each
 * part; its disk space is bounded by the length of the body, in one temporary file, so one file descriptor.
 *
 * @param maxFieldsLength bytes of the values of all text fields together, and characters of their names
 * @param maxParts text fields and uploads
 * @param memoryThreshold bytes of one upload that are kept in memory; a larger one goes to the temporary file
 * @param tempDirectory where the temporary file is made
 */
public record FormLimits(int maxFieldsLength, int maxParts, int memoryThreshold, Path tempDirectory) {

    /** Refuses negative numbers. */
    public FormLimits {
        requireNatural("maxFieldsLength", maxFieldsLength);
        requireNatural("maxParts", maxParts);
        requireNatural("memoryThreshold", memoryThreshold);
        if (tempDirectory == null) {
            throw new NullPointerException("tempDirectory");
        }
    }

    private static void requireNatural(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must be at least 0, was " + value);
        }
    }
}
