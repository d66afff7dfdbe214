package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Content-Length compared with the actual body. */
final class CheckedBodyTest {
    private final List<Long> dropped = new ArrayList<>();

    private InputStream body(int bytes, long length) {
        return new CheckedBody(new ByteArrayInputStream(new byte[bytes]), length, dropped::add);
    }

    @Test
    void theRightLengthIsFine() throws IOException {
        assertArrayEquals(new byte[5], body(5, 5).readAllBytes());
        assertEquals(-1, body(0, 0).read());
        InputStream byteByByte = body(2, 2);
        assertEquals(0, byteByByte.read());
        assertEquals(0, byteByByte.read());
        assertEquals(-1, byteByByte.read());
        assertEquals(-1, byteByByte.read());
        InputStream skipped = body(5, 5);
        skipped.skipNBytes(5);
        assertEquals(-1, skipped.read());
        assertEquals(0, body(5, 5).read(new byte[0]));
    }

    @Test
    void tooLittle() {
        FcgiException e = assertThrows(FcgiException.class, () -> body(3, 5).readAllBytes());
        assertTrue(e.getMessage().contains("3 bytes, Content-Length says 5"), e.getMessage());
    }

    /** PHP prints a newline after its closing tag; the piece with it is valid up to there. */
    @Test
    void tooMuchIsDroppedAndReported() throws IOException {
        assertEquals(5, body(6, 5).readAllBytes().length);
        InputStream exact = body(100_005, 5);
        assertEquals(5, exact.available());
        assertEquals(5, exact.readNBytes(5).length);
        assertEquals(List.of(1L), dropped);
        assertEquals(0, exact.available());
        assertEquals(-1, exact.read());
        assertEquals(-1, exact.read());
        assertEquals(0, body(6, 0).skip(3));
        assertEquals(List.of(1L, 100_000L, 6L), dropped);
        assertThrows(IOException.class, () -> body(6, 5).skipNBytes(6));
    }
}
