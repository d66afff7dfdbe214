package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text form of addresses. */
final class AddressTest {
    @Test
    void thereAreFourForms() {
        assertEquals(UnixDomainSocketAddress.of("/run/a:1.sock"), Address.parse("unix:/run/a:1.sock"));
        assertEquals(UnixDomainSocketAddress.of("relative.sock"), Address.parse("unix:relative.sock"));
        assertEquals(UnixDomainSocketAddress.of("/run/a.sock"), Address.parse("unix:///run/a.sock"));
        assertEquals(UnixDomainSocketAddress.of("./@abc"), Address.parse("unix:./@abc"));
        assertEquals(new InetSocketAddress("127.0.0.1", 9000), Address.parse("127.0.0.1:9000"));
        assertEquals(new InetSocketAddress("::1", 65535), Address.parse("[::1]:65535"));
        assertEquals(new InetSocketAddress(0), Address.parse("*:0"));
        assertTrue(((InetSocketAddress) Address.parse("localhost:80")).getAddress().isLoopbackAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/a.sock", "127.0.0.1:9000", "localhost:1", "*:80", "[::1]:9", "[fe80::1:0:0:2]:9",
        "[2001:db8::]:9", "[1:2:3:4:5:6:7:8]:9"})
    void whatIsPrintedIsWhatOneTypes(String text) {
        assertEquals(text, Address.text(Address.parse(text)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tcp://127.0.0.1:9000 | leave out tcp://
            http://127.0.0.1:80  | must speak FastCGI, not HTTP
            /run/app.sock        | write unix:/run/app.sock
            localhost            | the port is missing
            localhost:+80        | the port is not a number from 0 to 65535
            """)
    void anErrorSaysWhatToDo(String text, String hint) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
        assertTrue(e.getMessage().contains(hint), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9000", "/run/a.sock", "unix:", ":9000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
        "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:99999999999", "::1:9000", "[::1]", "[]:80", "[::1:80", "[x]:80",
        "http://h:80", "https://h/", "tcp://h:80", "unix:\0"})
    void everythingElseIsAnErrorThatNamesIt(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
        assertTrue(e.getMessage().contains(text.replace("unix:\0", "Nul")), e.getMessage());
    }

    /** Texts that would become the wrong file, host or port. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {
        "unix:@abc|abstract sockets are not supported; for a file of that name, write unix:./@abc",
        "unix:@|abstract sockets are not supported",
        "unix://run/a.sock|the address of a Unix socket must not have a host",
        "unix: /run/a.sock|the path must not begin or end with a blank",
        "unix:/run/a.sock |the path must not begin or end with a blank",
        "tcp://127.0.0.1:9000|leave out tcp://",
        "fcgi://127.0.0.1:9000|leave out fcgi://",
        "fd:0|only a server can inherit a socket",
        "fd:3|only a server can inherit a socket",
        "9000:80|9000 is not a host",
        "127.1:80|127.1 is not a host",
        "127.0.0.1:+80|the port is not a number",
        "127.0.0.1:\u0669\u0660|the port is not a number"})
    void whatOtherProgramsReadInAnotherWayIsRefused(String text, String why) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
        assertTrue(e.getMessage().startsWith("address " + text + ": " + why), e.getMessage());
    }
}
