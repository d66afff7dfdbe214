package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may connect to a Unix socket, tried by two users: that of this test, and 65534 (nobody). */
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
        Map<String, String> environment = Map.of("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/hello", "QUERY_STRING", "");
        String cgiFcgi = Peer.CGI_FCGI.path();
        String socket = directory.resolve("s").toString();
        try (Child asking = asNobody
                ? Child.start(directory, environment, Peer.SETPRIV.path(), "--reuid", NOBODY, "--regid", NOBODY,
                        "--clear-groups", cgiFcgi, "-bind", "-connect", socket)
                : Child.start(directory, environment, cgiFcgi, "-bind", "-connect", socket)) {
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
