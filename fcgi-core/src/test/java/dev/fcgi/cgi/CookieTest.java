package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CookieTest {
    private static final Cookie COOKIE = Cookie.of("n", "v");

    @Test
    void attributesAreAppended() {
        assertEquals("n=v", COOKIE.toString());
        assertEquals("n=v; Path=/a; Domain=example.org; Secure; HttpOnly; Max-Age=60",
                COOKIE.path("/a").domain("example.org").secure(true).httpOnly(true).maxAge(Duration.ofMillis(60_999))
                        .toString());
        assertEquals("n=v", COOKIE.secure(false).httpOnly(false).toString());
        assertEquals("n=v; Max-Age=0", COOKIE.maxAge(Duration.ZERO).toString());
        assertEquals("n=v; SameSite=Strict", COOKIE.sameSite(Cookie.SameSite.STRICT).toString());
        assertEquals("n=v; SameSite=Lax", COOKIE.sameSite(Cookie.SameSite.LAX).toString());
        assertEquals("n=v; SameSite=None", COOKIE.sameSite(Cookie.SameSite.NONE).toString());
        assertEquals("n=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT", COOKIE.expires(Instant.EPOCH).toString());
        assertEquals("n=v; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                COOKIE.expires("Sun, 06 Nov 1994 08:49:37 GMT").toString());
        assertTrue(COOKIE.expires("+1d").toString().matches("n=v; Expires=\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT"));
    }

    @Test
    void ofSeveralCallsTheLastCounts() {
        assertEquals("n=v; Path=/b; Domain=b; Max-Age=2; SameSite=Lax; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                COOKIE.path("/a").domain("a").maxAge(Duration.ofSeconds(1)).sameSite(Cookie.SameSite.NONE)
                        .expires("+1d").secure(true).httpOnly(true)
                        .path("/b").domain("b").maxAge(Duration.ofSeconds(2)).sameSite(Cookie.SameSite.LAX)
                        .expires(Instant.EPOCH).secure(false).httpOnly(false).toString());
        assertEquals("n=v; Secure; HttpOnly",
                COOKIE.secure(false).secure(true).httpOnly(true).httpOnly(true).toString());
    }

    @Test
    void settersChangeACopy() {
        assertNotSame(COOKIE, COOKIE.path("/"));
        assertEquals("n=v", COOKIE.toString());
    }

    @Test
    void nameAndValueAreEncoded() {
        assertEquals("a%3Db%3B%20%C3%A9=1%202%3B%2C%22%5C%0D%0A%00%25%2B%3D",
                Cookie.of("a=b; é", "1 2;,\"\\\r\n\0%+=").toString());
        assertEquals("__Host-a.b=x!*()':@$/", Cookie.of("__Host-a.b", "x!*()':@$/").toString());
        assertEquals("n=", Cookie.of("n", "").toString());
        assertThrows(IllegalArgumentException.class, () -> Cookie.of("", "v"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: y", "a\nb", "a\rb", "a\0b", "a; Domain=evil", ";"})
    void attributesCannotBeSmuggledIn(String evil) { // C43
        assertThrows(IllegalArgumentException.class, () -> COOKIE.path(evil));
        assertThrows(IllegalArgumentException.class, () -> COOKIE.domain(evil));
        assertThrows(IllegalArgumentException.class, () -> COOKIE.expires(evil));
    }
}
