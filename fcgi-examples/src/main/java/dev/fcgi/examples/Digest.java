package dev.fcgi.examples;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Length and SHA-256 of a stream. */
final class Digest {
    private Digest() {}

    /** Reads a stream to its end. Returns {@code <bytes> <sha256 hex>}. */
    static String of(InputStream in) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK supports SHA-256", e);
        }
        long length = 0;
        byte[] piece = new byte[32 * 1024];
        for (int count; (count = in.read(piece)) >= 0; length += count) {
            sha256.update(piece, 0, count);
        }
        return length + " " + HexFormat.of().formatHex(sha256.digest());
    }
}
