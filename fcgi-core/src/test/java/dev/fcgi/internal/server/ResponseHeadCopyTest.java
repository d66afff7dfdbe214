package dev.fcgi.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseHeadCopyTest {
    private static ResponseHeadCopy copy(String text, int pieces) {
        ResponseHeadCopy copy = new ResponseHeadCopy(new byte[0]);
        byte[] bytes = ("#" + text).getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 1; i < bytes.length; i += pieces) {
            copy.append(bytes, i, Math.min(pieces, bytes.length - i));
        }
        return copy;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Status: 404 x\r\nX-A: b\r\n\r\nStatus: 500\r\n\r\n", "Status: 404\nX-A: b\n\nbody", "X-A:b\nStatus:404\n\r\n"})
    void theHeadIsReadHoweverItIsWritten(String text) {
        for (int pieces = 1; pieces <= text.length(); pieces++) {
            assertEquals(404, copy(text, pieces).read().status());
            assertEquals("b", copy(text, pieces).read().header("x-a"));
        }
    }

    @Test
    void anEmptyOneIs200() {
        assertEquals(200, copy("\r\nbody", 1).read().status());
        assertEquals(200, copy("\nbody", 3).read().status());
    }

    @Test
    void whatIsNoneIsNone() {
        assertNull(copy("", 1).read());
        assertNull(copy("Status: 404\r\n", 3).read(), "no end yet");
        assertNull(copy("no head\n\n", 3).read());
        assertNull(copy("X: " + "a".repeat(9000) + "\n\n", 1000).read(), "too long");
    }
}
