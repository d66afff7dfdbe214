package dev.fcgi.internal.cgi;

import java.nio.file.Path;

/**
 * The limits of one form.
 *
 * <p>The memory of a form is at most {@code maxFieldsLength}, plus {@code memoryThreshold} and the header for each
 * part; its disk space is bounded by the length of the body, in one temporary file, so one file descriptor.
 *
 * @param maxFieldsLength total of the bytes of all text fields' values and the characters of their names
 * @param maxParts text fields and uploads
 * @param memoryThreshold bytes of one upload that are kept in memory; a larger upload goes to the temporary file
 * @param tempDirectory where the temporary file is created
 */
public record FormLimits(int maxFieldsLength, int maxParts, int memoryThreshold, Path tempDirectory) {

    /** Checks the arguments. */
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
