package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.examples.Traffic.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that get their listening socket as file descriptor 0 from spawn-fcgi. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SpawnFcgiIT {
    @TempDir
    Path directory;

    /** Starts a program as the process that spawn-fcgi was. */
    private Child spawn(String address, Map<String, String> environment, String... program) throws Exception {
        List<String> command = new ArrayList<>(List.of(Peer.SPAWN_FCGI.path(), "-n"));
        if (address.startsWith("unix:")) {
            command.addAll(List.of("-s", address.substring("unix:".length()), "-M", "0600"));
        } else {
            String[] hostAndPort = address.split(":");
            command.addAll(List.of("-a", hostAndPort[0], "-p", hostAndPort[1]));
        }
        command.add("--");
        command.addAll(Arrays.asList(program));
        return Child.start(directory, environment, command.toArray(String[]::new));
    }

    private PlaygroundProcess spawnPlayground(String address, Map<String, String> environment) throws Exception {
        return PlaygroundProcess.ready(spawn(address, environment, Image.program("playground"), "fd:0"), address);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "TCP"})
    void playgroundOnItsStandardInput(Upstream kind) throws Exception {
        String address = kind.address(directory, "s");
        try (PlaygroundProcess playground = spawnPlayground(address, Map.of());
                RawConnection idle = RawConnection.open(address)) {
            assertEquals("hello\n", RawConnection.get(address, "/hello", "").body());
            idle.send(RawConnection.RESPONDER, true, RawConnection.environment("/sum", ""), new byte[100_000], null);
            assertEquals(Content.sum(new byte[100_000]), idle.reply().body());
            if (kind.isUnix()) {
                Path file = Path.of(address.substring("unix:".length()));
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
            assertEquals(0, playground.stop());
            assertEquals("", playground.process().complaints());
            assertTrue(idle.isClosedByPeer());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "TCP"})
    void helloOnItsStandardInput(Upstream kind) throws Exception {
        String address = kind.address(directory, "h");
        try (Child hello = spawn(address, Map.of(), Image.program("hello"))) {
            Await.until("hello listens", () -> listens(address));
            for (int i = 0; i < 20; i++) {
                assertEquals("hello world\n", RawConnection.get(address, "/hello", "").body());
            }
            hello.terminate();
            assertEquals(128 + 15, hello.exitStatus()); // it says nothing else to the JVM
            assertEquals("", hello.complaints());
        }
    }

    private static boolean listens(String address) {
        try {
            RawConnection.open(address).close();
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
        "127.0.0.1 true", "192.0.2.1,127.0.0.1 true", "127.0.0.0/8 true", "192.0.2.1 false",
        "192.0.2.1,10.0.0.0/8 false", "unix false"
    })
    void webServerAddrs(String list, boolean allowed) throws Exception {
        String address = Upstream.TCP.address(directory, "");
        try (PlaygroundProcess playground = spawnPlayground(address, Map.of("FCGI_WEB_SERVER_ADDRS", list))) {
            if (allowed) {
                assertEquals("hello\n", RawConnection.get(address, "/hello", "").body());
            } else {
                try (RawConnection connection = RawConnection.open(address)) {
                    assertTrue(connection.isClosedByPeer());
                }
                assertThrows(IOException.class, () -> RawConnection.get(address, "/hello", ""));
            }
            assertEquals(0, playground.stop());
        }
    }

    @Test
    void aListOfWebServersThatCannotBeReadStopsTheStart() throws Exception {
        String address = Upstream.TCP.address(directory, "");
        try (Child child = spawn(address, Map.of("FCGI_WEB_SERVER_ADDRS", "localhost"), Image.program("playground"),
                "fd:0")) {
            assertEquals(1, child.exitStatus());
            assertTrue(child.stderr().matches("playground: .*localhost.*\n"), child.stderr());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "playground"})
    void twoSiblingsShareASocket(String ours) throws Exception {
        Path sibling = directory.resolve("sibling");
        Peer.require(Peer.PERL, Peer.LIBFCGI);
        Peer.LIBFCGI.run("-o", sibling.toString(), Resource.copy("sibling.c", directory), "-lfcgi");
        String address = "unix:" + directory.resolve("shared");
        List<String> command = new ArrayList<>(List.of(Peer.PERL.path(),
                Resource.copy("siblings.pl", directory), address, sibling.toString(), "--", Image.program(ours)));
        if (ours.equals("playground")) {
            command.add("fd:0");
        }
        try (Child parent = Child.start(directory, Map.of(), command.toArray(String[]::new))) {
            String greeting = ours.equals("hello") ? "hello world\n" : "hello\n";
            Await.until("ours answers", () -> listens(address) && answer(address).equals(greeting));
            int libfcgi = 0;
            for (int i = 0; i < 200; i++) {
                String answer = answer(address);
                assertTrue(answer.equals(greeting) || answer.equals("libfcgi\n"), answer);
                libfcgi += answer.equals("libfcgi\n") ? 1 : 0;
            }
            assertTrue(libfcgi > 0 && libfcgi < 200, libfcgi + " of 200 answers are of libfcgi");
            List<ProcessHandle> both = pids(parent);
            assertTrue(both.stream().allMatch(ProcessHandle::isAlive), parent.stdout());

            // the end of one does not disturb the other
            both.get(1).destroy();
            int status = ours.equals("hello") ? 128 + 15 : 0;
            parent.awaitOutput("ended " + both.get(1).pid() + " " + status + "\n");
            for (int i = 0; i < 50; i++) {
                assertEquals("libfcgi\n", answer(address));
            }
            assertTrue(both.get(0).isAlive(), parent.stdout());
        }
    }

    private static String answer(String address) throws IOException {
        return RawConnection.get(address, "/hello", "").body();
    }

    private static List<ProcessHandle> pids(Child parent) throws IOException {
        return parent.stdout().lines()
                .filter(line -> line.startsWith("pid "))
                .map(line -> ProcessHandle.of(Long.parseLong(line.substring(4))).orElseThrow())
                .toList();
    }

    /** A restart without a gap: the kernel keeps the socket, and the old process answers what it has accepted. */
    @Test
    void oneOfTwoPlaygroundsStopsUnderLoad() throws Exception {
        Peer.require(Peer.PERL, Peer.NGINX);
        String address = "unix:" + directory.resolve("shared");
        String playground = Image.program("playground");
        try (Child parent = Child.start(directory, Map.of(), Peer.PERL.path(),
                        Resource.copy("siblings.pl", directory), address, playground, "fd:0", "--", playground, "fd:0");
                Nginx nginx = nginxBefore(address, parent);
                Traffic traffic = new Traffic(Browser.of(nginx::uri), 16, Duration.ZERO, Exchange.ALL)) {
            traffic.await(300);
            List<ProcessHandle> both = pids(parent);
            both.get(0).destroy();
            parent.awaitOutput("ended " + both.get(0).pid() + " 0\n");
            traffic.await(300);
            assertEquals(List.of(), traffic.end(), () -> "of " + traffic.requests() + " requests");
            both.get(1).destroy();
            parent.awaitOutput("ended " + both.get(1).pid() + " 0\n");
            assertEquals(0, parent.exitStatus());
        }
    }

    private Nginx nginxBefore(String address, Child parent) throws Exception {
        Await.until("both are ready", () -> parent.stdout().split("READY\n", -1).length == 3);
        return Nginx.start(directory, false, List.of(address));
    }
}
