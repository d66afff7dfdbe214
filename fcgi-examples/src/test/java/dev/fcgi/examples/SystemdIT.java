package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The documented units, and sockets that systemd passes on. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SystemdIT {
    private static final Path UNITS = Path.of(System.getProperty("fcgi.docs"), "systemd");

    @TempDir
    private Path directory;

    /** With an existing program and users. */
    @Test
    void theUnitsAreInOrder() throws Exception {
        List<String> command = new ArrayList<>(List.of(Peer.SYSTEMD_ANALYZE.path(), "verify"));
        try (DirectoryStream<Path> units = Files.newDirectoryStream(UNITS, "*.{service,socket}")) {
            for (Path unit : units) {
                String text = Files.readString(unit);
                assertTrue(!unit.toString().endsWith("service")
                        || text.contains("SuccessExitStatus=143") && text.contains("aborted requests"), unit.toString());
                Path copy = directory.resolve(unit.getFileName());
                Files.writeString(copy, text.replace("/opt/app/bin/app", Image.program("hello"))
                        .replace("User=app", "User=root"));
                command.add(copy.toString());
            }
        }
        assertEquals(5, command.size(), command.toString());
        try (Child child = Child.start(directory, Map.of(), command.toArray(String[]::new))) {
            assertEquals(0, child.exitStatus(), child.stderr());
            assertEquals("", child.stderr());
        }
    }

    @ParameterizedTest
    @CsvSource({"hello, true", "hello, false", "playground, true", "playground, false"})
    void aSocketThatIsHandedOver(String program, boolean inetd) throws Exception {
        String activate = Peer.SYSTEMD_SOCKET_ACTIVATE.path();
        Path socket = directory.resolve("s");
        List<String> command = new ArrayList<>(List.of(activate, "-l", socket.toString()));
        if (inetd) {
            command.add("--inetd");
        }
        command.add(Image.program(program));
        if (program.equals("playground")) {
            command.add("fd:0");
        }
        try (Child child = Child.start(directory, Map.of(), command.toArray(String[]::new))) {
            Await.until("it listens", () -> child.stderr().contains("Listening on"));
            for (int i = 0; i < 3; i++) {
                assertTrue(RawConnection.get("unix:" + socket, "/hello", "").body().startsWith("hello"));
            }
            child.terminate();
            assertEquals(program.equals("hello") ? 143 : 0, child.exitStatus(), "as the units say");
        }
    }
}
