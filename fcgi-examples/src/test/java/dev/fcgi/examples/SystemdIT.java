package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final DocPage page = DocPage.of("docs/operations.md");

    /** With an existing program and users; with the socket as file descriptor 0 and, without one line, as 3. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void theUnitsAreInOrder(boolean elsewhere) throws Exception {
        Peer.require(Peer.SYSTEMD_ANALYZE);
        NewUser user = NewUser.in(directory);
        String command = page.command("systemd-analyze verify") + " app-tcp.service";
        try (DirectoryStream<Path> units = Files.newDirectoryStream(UNITS, "*.{service,socket}")) {
            for (Path unit : units) {
                String text = Files.readString(unit);
                if (elsewhere && unit.endsWith("app.service")) {
                    assertTrue(page.text().replace('\n', ' ').contains(" without its line `StandardInput=socket`"));
                    text = WebServer.replace(text, "StandardInput=socket\n", "");
                }
                assertTrue(!unit.toString().endsWith("service") || text.contains("SuccessExitStatus=143"), unit.toString());
                assertTrue((command + ' ').contains(" " + unit.getFileName() + ' '), command);
                user.write(unit.getFileName().toString(), text.replace("/opt/app/bin/app", Image.program("hello"))
                        .replace("User=app", "User=root"));
            }
        }
        try (Child child = user.type(command)) {
            assertEquals(0, child.exitStatus(), child.stderr());
            assertEquals("", child.stderr());
        }
    }

    @ParameterizedTest
    @CsvSource({"hello, true", "hello, false", "playground, true", "playground, false"})
    void aSocketThatIsHandedOver(String program, boolean inetd) throws Exception {
        Peer.require(Peer.SYSTEMD_SOCKET_ACTIVATE);
        Path socket = directory.resolve("s");
        String command = inetd ? page.command("systemd-socket-activate --inetd") : page.command("systemd-socket-activate -l");
        command = WebServer.replace(command, "/tmp/app.sock", socket.toString());
        command = WebServer.replace(command, "bin/hello", Image.program(program) + (program.equals("hello") ? "" : " fd:0"));
        try (Child child = NewUser.in(directory).type(command)) {
            Await.until("it listens", () -> child.stderr().contains("Listening on"));
            for (int i = 0; i < 3; i++) {
                assertTrue(RawConnection.get("unix:" + socket, "/hello", "").body().startsWith("hello"));
            }
            child.terminate();
            assertEquals(program.equals("hello") ? 143 : 0, child.exitStatus(), "as the units say");
        }
    }
}
