package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SocketPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/run/a.sock", "a.sock", "./9000", "dir/a:9000", "9000x"})
    void aPathIsASocketFile(String path) {
        assertEquals(UnixDomainSocketAddress.of(path), SocketPath.parse(path));
    }

    @Test
    void aColonAndAPortMeanAllInterfaces() {
        InetSocketAddress address = (InetSocketAddress) SocketPath.parse(":9000");
        assertEquals(9000, address.getPort());
        assertTrue(address.getAddress().isAnyLocalAddress());
    }

    @Test
    void hostAndPortAreAnInterface() {
        assertEquals(new InetSocketAddress("127.0.0.1", 9000), SocketPath.parse("127.0.0.1:9000"));
        assertEquals(new InetSocketAddress("::1", 9000), SocketPath.parse("[::1]:9000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9000", ":", ":x", ":70000", "host:", "::1:9000", "0.0.0.0:9000",
        "@abc", "unix:/run/a.sock", "unix:a", "tcp://127.0.0.1:9000", " /run/a.sock", ""})
    void whatIsNeitherIsAnError(String path) {
        assertThrows(IllegalArgumentException.class, () -> SocketPath.parse(path));
    }

    @ParameterizedTest
    @CsvSource({"0660, rw-rw----", "660, rw-rw----", "0777, rwxrwxrwx", "000, ---------", "0124, --x-w-r--"})
    void modesAreOctal(String text, String mode) {
        assertEquals(PosixFilePermissions.fromString(mode), SocketPath.mode(text));
    }

    @Test
    void withoutModeAndBacklogThereAreDefaults() {
        assertNull(SocketPath.mode(null));
        assertNull(SocketPath.mode(""));
        assertEquals(100, SocketPath.backlog(null));
        assertEquals(100, SocketPath.backlog(""));
        assertEquals(7, SocketPath.backlog("7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "0888", "rw", "07770", "-1", " 660", "66"})
    void otherModesAreErrors(String text) {
        assertThrows(IllegalArgumentException.class, () -> SocketPath.mode(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "99999999999", "1.5"})
    void otherBacklogsAreErrors(String text) {
        assertThrows(IllegalArgumentException.class, () -> SocketPath.backlog(text));
    }
}
