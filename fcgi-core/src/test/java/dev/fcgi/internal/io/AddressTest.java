package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The written form of addresses. */
final class AddressTest {
    @Test
    void thereAreFourForms() {
        assertEquals(UnixDomainSocketAddress.of("/run/a:1.sock"), Address.parse("unix:/run/a:1.sock"));
        assertEquals(UnixDomainSocketAddress.of("relative.sock"), Address.parse("unix:relative.sock"));
        assertEquals(new InetSocketAddress("127.0.0.1", 9000), Address.parse("127.0.0.1:9000"));
        assertEquals(new InetSocketAddress("::1", 65535), Address.parse("[::1]:65535"));
        assertEquals(new InetSocketAddress(0), Address.parse("*:0"));
        assertTrue(((InetSocketAddress) Address.parse("localhost:80")).getAddress().isLoopbackAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9000", "/run/a.sock", "unix:", ":9000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
        "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:99999999999", "::1:9000", "[::1]", "[]:80", "[::1:80", "[x]:80",
        "http://h:80", "unix:\0"})
    void everythingElseIsAnErrorThatNamesIt(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
        assertTrue(e.getMessage().contains(text.replace("unix:\0", "Nul")), e.getMessage());
    }
}
