package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may connect to a Unix socket, tried by users: that of this test, 65534 (nobody) and a web server's. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PeerUsersIT {
    private static final String NOBODY = "65534";

    @TempDir
    private Path directory;

    private PlaygroundProcess playground(String list) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        String address = "unix:" + directory.resolve("s");
        Child child = Child.start(directory, Map.of("FCGI_WEB_SERVER_USERS", list), "/bin/sh", "-c",
                "umask 0; exec \"$@\"", "sh", Image.program("playground"), address);
        return PlaygroundProcess.ready(child, address);
    }

    /** {@return what cgi-fcgi prints, as the user of this test or as nobody} */
    private String ask(boolean asNobody) throws Exception {
        return asNobody ? ask(NOBODY, "s") : ask("s", List.of());
    }

    private String ask(String user, String socket) throws Exception {
        return ask(socket, List.of(Peer.SETPRIV.path(), "--reuid", user, "--regid", user, "--clear-groups"));
    }

    private String ask(String socket, List<String> as) throws Exception {
        List<String> command = new ArrayList<>(as);
        command.addAll(List.of(Peer.CGI_FCGI.path(), "-bind", "-connect", directory.resolve(socket).toString()));
        Map<String, String> environment = Map.of("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/hello", "QUERY_STRING", "");
        try (Child asking = Child.start(directory, environment, command.toArray(String[]::new))) {
            asking.exitStatus();
            return asking.stdout();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {"65534 false true", "@65534 false true", "SELF true false",
        "SELF,@65534 true true", "4294967 false false"})
    void whoMayConnect(String list, boolean self, boolean nobody) throws Exception {
        Peer.require(Peer.SETPRIV, Peer.CGI_FCGI);
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assertNotEquals(NOBODY, uid.toString());
        try (PlaygroundProcess playground = playground(list.replace("SELF", uid.toString()))) {
            assertEquals(self, ask(false).endsWith("hello\n"));
            assertEquals(nobody, ask(true).endsWith("hello\n"));
            if (!nobody) {
                Child server = playground.process();
                Await.until("the refusal is logged", () -> server.stderr().contains("refused: user nobody, group "));
                assertTrue(server.stderr().contains("not in FCGI_WEB_SERVER_USERS="), server.stderr());
            }
            assertEquals(0, playground.stop());
        }
    }

    /** The program of docs/operations.md, with what the unit has: both sockets are for the web server and for root. */
    @Test
    void theDocumentedUnitServesTheWebServerAndRoot() throws Exception {
        Peer.require(Peer.SETPRIV, Peer.CGI_FCGI);
        String unit = Files.readString(Path.of(System.getProperty("fcgi.docs"), "systemd", "app.service"));
        DeployedApp app = DeployedApp.install(directory);
        try (Child program = app.start("umask " + setting(unit, "UMask") + "; export " + setting(unit, "Environment") + "; ")) {
            assertTrue(ask("www-data", "app.sock").endsWith("hello\n"));
            assertTrue(ask("www-data", "status.sock").contains("accepted conn:        1\n"));
            assertTrue(app.top().contains(" of 4 active"), "as root");
            assertEquals("", ask(NOBODY, "status.sock"));
            Await.until("the refusal is logged", () -> program.stderr().contains("refused: user nobody, group "));
            assertEquals("rw-r-----", PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(directory.resolve("access.log"))));
        }
    }

    private static String setting(String unit, String name) {
        Matcher setting = Pattern.compile("(?m)^" + name + "=(.+)$").matcher(unit);
        assertTrue(setting.find(), name);
        return setting.group(1);
    }

    @Test
    void aListThatCannotBeEnforcedStopsTheStart() throws Exception {
        for (Map<String, String> environment : List.of(Map.of("FCGI_WEB_SERVER_USERS", "root"),
                Map.of("FCGI_WEB_SERVER_USERS", "no-such-user", "FCGI_WEB_SERVER_ADDRS", "127.0.0.1"))) {
            try (Child child = Child.start(directory, environment, Image.program("playground"), "127.0.0.1:0")) {
                assertEquals(1, child.exitStatus());
                assertTrue(child.stderr().matches("playground: FCGI_WEB_SERVER_USERS=.*\n"), child.stderr());
            }
        }
    }
}
