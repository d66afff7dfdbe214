package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CookieTest {
    private static Cookie.Builder cookie() {
        return Cookie.builder("n", "v");
    }

    @Test
    void attributesAreAppended() {
        assertEquals("n=v", Cookie.of("n", "v").toString());
        assertEquals("n=v; Path=/a; Domain=example.org; Secure; HttpOnly; Max-Age=60",
                cookie().path("/a").domain("example.org").secure(true).httpOnly(true).maxAge(Duration.ofMillis(60_999))
                        .build().toString());
        assertEquals("n=v", cookie().secure(false).httpOnly(false).build().toString());
        assertEquals("n=v; Max-Age=0", cookie().maxAge(Duration.ZERO).build().toString());
        assertEquals("n=v; SameSite=Strict", cookie().sameSite(Cookie.SameSite.STRICT).build().toString());
        assertEquals("n=v; SameSite=Lax", cookie().sameSite(Cookie.SameSite.LAX).build().toString());
        assertEquals("n=v; SameSite=None", cookie().sameSite(Cookie.SameSite.NONE).build().toString());
        assertEquals("n=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT", cookie().expires(Instant.EPOCH).build().toString());
        assertEquals("n=v; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                cookie().expires("Sun, 06 Nov 1994 08:49:37 GMT").build().toString());
        assertTrue(cookie().expires("+1d").build().toString()
                .matches("n=v; Expires=\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT"));
    }

    @Test
    void ofSeveralCallsTheLastCounts() {
        assertEquals("n=v; Path=/b; Domain=b; Max-Age=2; SameSite=Lax; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                cookie().path("/a").domain("a").maxAge(Duration.ofSeconds(1)).sameSite(Cookie.SameSite.NONE)
                        .expires("+1d").secure(true).httpOnly(true)
                        .path("/b").domain("b").maxAge(Duration.ofSeconds(2)).sameSite(Cookie.SameSite.LAX)
                        .expires(Instant.EPOCH).secure(false).httpOnly(false).build().toString());
        assertEquals("n=v; Secure; HttpOnly",
                cookie().secure(false).secure(true).httpOnly(true).httpOnly(true).build().toString());
    }

    @Test
    void aCookieDoesNotChangeWithItsBuilder() {
        Cookie.Builder builder = cookie().path("/");
        Cookie before = builder.build();
        assertEquals("n=v; Path=/a; Secure", builder.path("/a").secure(true).build().toString());
        assertEquals("n=v; Path=/", before.toString());
    }

    @Test
    void theValueIsEncoded() {
        assertEquals("n=1%202%3B%2C%22%5C%0D%0A%00%25%2B%3D", Cookie.of("n", "1 2;,\"\\\r\n\0%+=").toString());
        assertEquals("__Host-a.b=x!*()':@$/", Cookie.of("__Host-a.b", "x!*()':@$/").toString());
        assertEquals("n=", Cookie.of("n", "").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a=b", "a;b", "é", "a\r\nX", "\0", "a,b", "\"a\"", "a/b"})
    void aNameThatIsNotATokenIsRefused(String name) { // it would come back as another one: names are not decoded
        String message = assertThrows(IllegalArgumentException.class, () -> Cookie.of(name, "v")).getMessage();
        assertTrue(message.startsWith("cookie name is not a token: "), message);
        assertTrue(message.chars().noneMatch(c -> c < ' '), message);
    }

    @Test
    void nullIsRefusedImmediately() {
        List<Executable> calls = List.of(() -> Cookie.of(null, ""), () -> Cookie.of("name", null),
                () -> cookie().path(null), () -> cookie().domain(null), () -> cookie().expires((String) null),
                () -> cookie().expires((Instant) null), () -> cookie().maxAge(null), () -> cookie().sameSite(null));
        assertEquals(List.of("name", "value", "path", "domain", "when", "when", "age", "when"), calls.stream()
                .map(call -> assertThrows(NullPointerException.class, call).getMessage()).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: y", "a\nb", "a\rb", "a\0b", "a; Domain=evil", ";"})
    void attributesCannotBeSmuggledIn(String evil) { // RFC 3875 6.3
        assertThrows(IllegalArgumentException.class, () -> cookie().path(evil));
        assertThrows(IllegalArgumentException.class, () -> cookie().domain(evil));
        assertThrows(IllegalArgumentException.class, () -> cookie().expires(evil));
    }
}
