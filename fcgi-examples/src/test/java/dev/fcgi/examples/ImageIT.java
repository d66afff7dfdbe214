package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image as a package: its size, its launchers, how a program begins and ends. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImageIT {
    @TempDir
    Path directory;

    @Test
    void isSmall() throws IOException {
        try (var files = Files.walk(Image.ROOT)) {
            long size = files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            System.out.println("image: " + size / 1e6 + " MB");
            assertTrue(size < 70_000_000, size + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a link"})
    void needsNoEnvironment(String link) throws Exception {
        Path program = Path.of(Image.program("playground"));
        if (!link.isEmpty()) { // which the launcher follows by a command of the system
            program = Files.createSymbolicLink(directory.resolve(link), program);
        }
        String address = "unix:" + directory.resolve("s");
        Child child = Child.start(directory, Map.of(), "/usr/bin/env", "-i", program.toString(), address);
        try (PlaygroundProcess playground = PlaygroundProcess.ready(child, address)) {
            assertEquals("hello\n", RawConnection.get(address, "/hello", "").body());
            assertEquals("READY\n", playground.process().stdout());
            assertEquals(0, playground.stop());
            assertEquals("", playground.process().complaints());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "unix:", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:65536", ":9000", "fd:0", "fd:1", "/s", ""
    })
    void aBadAddressIsOneClearLine(String address) throws Exception {
        assertRefused(address);
    }

    private void assertRefused(String address) throws Exception {
        try (Child child = Child.start(directory, Map.of(), Image.program("playground"), address)) {
            assertNotEquals(0, child.exitStatus());
            assertEquals("", child.stdout());
            String error = child.stderr();
            assertTrue(error.startsWith("playground: "), error);
            assertEquals(1, error.lines().count(), error);
            String wanted = address.startsWith("fd:0") ? "descriptor 0" : address.replaceFirst("^unix:", "");
            assertTrue(error.contains(wanted), error);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp"})
    void anAddressInUseIsAnErrorAndTheOtherIsUndisturbed(String kind) throws Exception {
        String address = kind.equals("unix") ? "unix:" + directory.resolve("s") : "127.0.0.1:" + Ports.free();
        try (PlaygroundProcess first = PlaygroundProcess.start(directory, address);
                RawConnection connection = RawConnection.open(address)) {
            Map<String, String> environment = RawConnection.environment("/hello", "");
            connection.send(RawConnection.RESPONDER, true, environment, new byte[0], null);
            assertEquals("hello\n", connection.reply().body());
            if (kind.equals("unix")) {
                assertRefused(address);
            } else {
                assertRefusedPort(address);
            }
            connection.send(RawConnection.RESPONDER, true, environment, new byte[0], null);
            assertEquals("hello\n", connection.reply().body());
            assertEquals("hello\n", RawConnection.get(address, "/hello", "").body());
            assertEquals(0, first.stop());
        }
    }

    private void assertRefusedPort(String address) throws Exception {
        try (Child child = Child.start(directory, Map.of(), Image.program("playground"), address)) {
            assertNotEquals(0, child.exitStatus());
            assertTrue(child.stderr().matches("playground: .*" + address + ".*\n"), child.stderr());
        }
    }

    @Test
    void aLeftoverSocketFileIsReplaced() throws Exception {
        Path file = directory.resolve("s");
        try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(file));
        }
        assertTrue(Files.exists(file));
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, "unix:" + file)) {
            assertEquals("hello\n", RawConnection.get(playground.address(), "/hello", "").body());
            assertEquals(0, playground.stop());
        }
        assertFalse(Files.exists(file));
    }

    @Test
    void aFileOfAnotherKindIsNotTouched() throws Exception {
        Path file = Files.writeString(directory.resolve("s"), "precious");
        assertRefused("unix:" + file);
        assertEquals("precious", Files.readString(file));
    }

    @Test
    void anIdleServerEndsImmediately() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address);
                RawConnection idle = RawConnection.open(address)) {
            idle.send(RawConnection.RESPONDER, true, RawConnection.environment("/hello", ""), new byte[0], null);
            idle.reply();
            long start = System.nanoTime();
            assertEquals(0, playground.stop());
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.toMillis() < 3000, took::toString); // less than the grace period
            assertTrue(idle.isClosedByPeer());
        }
        assertFalse(Files.exists(directory.resolve("s")));
    }

    @Test
    void aRunningRequestIsAnsweredBeforeTheEnd() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address)) {
            try (RawConnection connection = RawConnection.open(address)) {
                connection.send(RawConnection.RESPONDER, true, RawConnection.environment("/slow", "ms=700"),
                        new byte[0], null);
                Await.until("the request runs", () -> playground.stats().get("active") == 2);
                playground.process().terminate();
                assertEquals("slept\n", connection.reply().body());
                assertTrue(connection.isClosedByPeer());
            }
            // the server waits a few seconds for the web server to close its side; it has
            assertEquals(0, playground.process().exitStatus());
        }
    }

    @Test
    void whatOutlastsTheGracePeriodIsAborted() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address);
                RawConnection connection = RawConnection.open(address)) {
            connection.send(RawConnection.RESPONDER, true, RawConnection.environment("/slow", "ms=60000"),
                    new byte[0], null);
            Await.until("the request runs", () -> playground.stats().get("active") == 2);
            assertEquals(3, playground.stop(), "not a clean stop, as docs/operations.md says");
            assertTrue(connection.reply().head().startsWith("Status: 503"));
        }
    }
}
