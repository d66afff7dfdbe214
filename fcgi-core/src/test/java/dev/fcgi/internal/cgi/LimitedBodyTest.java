package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LimitedBodyTest {
    private static LimitedBody body(int length, long limit) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (255 - i);
        }
        return new LimitedBody(new ByteArrayInputStream(bytes), limit, e -> {
            throw e;
        });
    }

    @Test
    void nothingIsReadAfterARefusalThatIsKept() throws IOException {
        List<Integer> kept = new ArrayList<>();
        LimitedBody late = new LimitedBody(new ByteArrayInputStream(new byte[11]), 10, e -> kept.add(e.status()));
        late.announce(10);
        assertEquals(10, late.readNBytes(10).length);
        assertThrows(IOException.class, late::read);
        assertThrows(IOException.class, late::read);
        LimitedBody announced = new LimitedBody(new ByteArrayInputStream(new byte[1]), 10, e -> kept.add(e.status()));
        announced.announce(11);
        assertThrows(IOException.class, announced::read);
        assertEquals(List.of(413, 413, 413, 413), kept);
    }

    @Test
    void whatSaysThatItIsTooLongIsRefusedBeforeItComes() {
        assertEquals(413, assertThrows(CgiException.class, () -> body(1, 10).announce(11)).status());
    }

    @Test
    void whatIsReadIsCountedWhateverTheMethod() throws IOException {
        LimitedBody body = body(20_000, 20_000);
        assertEquals(255, body.read());
        assertEquals(2, body.read(new byte[2]));
        assertEquals(0, body.skip(0));
        assertEquals(0, body.skip(-1));
        assertEquals(8192, body.skip(9000));
        assertEquals(0, body.read(new byte[5], 2, 0));
        assertEquals(8195, body.received());
        assertFalse(body.hasEnded());
        assertEquals(11_805, body.readAllBytes().length);
        assertEquals(20_000, body.received());
        assertTrue(body.hasEnded());
        assertEquals(-1, body.read());
        assertEquals(0, body.skip(1));
    }

    @Test
    void moreThanTheLimitIsRefusedAndStaysRefused() throws IOException {
        LimitedBody body = body(11, 10);
        assertEquals(10, body.readNBytes(10).length);
        assertFalse(body.hasEnded());
        assertEquals(413, assertThrows(CgiException.class, body::read).status());
        assertThrows(CgiException.class, () -> body(11, 10).readAllBytes());
        assertThrows(CgiException.class, () -> body(11, 10).skipNBytes(11));
        LimitedBody far = body(20, 10);
        assertThrows(CgiException.class, () -> far.read(new byte[15]));
        assertThrows(CgiException.class, () -> far.read(new byte[5]));
    }

    @Test
    void aLimitOfNothingAllowsNothing() throws IOException {
        assertEquals(-1, body(0, 0).read());
        assertThrows(CgiException.class, () -> body(1, 0).read());
    }

    @Test
    void nothingIsReadTwice() throws IOException {
        LimitedBody body = body(2, 2);
        assertFalse(body.markSupported());
        body.mark(10);
        body.read();
        assertThrows(IOException.class, body::reset);
        assertArrayEquals(new byte[] {(byte) 254}, body.readAllBytes());
    }
}
