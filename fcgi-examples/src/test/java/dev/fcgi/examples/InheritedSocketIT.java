package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.params.provider.ValueSource;

/** Programs whose file descriptor 0 is a socket that accepts no connections, or one that they cannot connect to. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InheritedSocketIT {
    private static final int WAITING = 100;

    @TempDir
    Path directory;

    private Path socket() {
        return directory.resolve("s");
    }

    private Child start(String kind, Map<String, String> environment, String program) throws Exception {
        List<String> command = new ArrayList<>(List.of(Peer.PERL.path(), Resource.copy("fd0.pl", directory), kind,
                "unix:" + socket(), Image.program(program)));
        if (program.equals("playground")) {
            command.add("fd:0");
        }
        Child child = Child.start(directory, environment, command.toArray(String[]::new));
        child.awaitOutput("pid "); // the socket is there
        return child;
    }

    private void signal(String name, long pid) throws Exception {
        try (Child kill = Child.start(directory, Map.of(), "/bin/sh", "-c", "kill -" + name + " " + pid)) {
            assertEquals(0, kill.exitStatus());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bound, playground, file descriptor 0 is a socket that does not listen",
        "shut, playground, file descriptor 0 is a socket that does not listen",
        "datagram, playground, 'file descriptor 0 is a socket, but not one that accepts connections'",
        "bound, hello, no connections can be accepted at",
        "shut, hello, no connections can be accepted at",
        "datagram, hello, 'file descriptor 0 is a socket, but not one that accepts connections'",
        "bound, guestbook, no connections can be accepted at"})
    void aSocketThatGivesNoConnectionsIsAnError(String kind, String program, String why) throws Exception {
        try (Child child = start(kind, Map.of(), program)) {
            assertEquals(1, child.exitStatus());
            assertTrue(child.stderr().contains(why), child.stderr());
            assertFalse(child.stdout().contains("READY"), child.stdout());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "playground"})
    void aSocketThatIsShutDownLaterEndsTheProgram(String program) throws Exception {
        try (Child child = start("listening", Map.of(), program)) {
            assertTrue(RawConnection.get("unix:" + socket(), "/hello", "").body().startsWith("hello"));
            signal("USR1", child.pid());
            assertEquals(1, child.exitStatus());
            assertTrue(child.stderr().contains("no connections can be accepted at"), child.stderr());
        }
    }

    @Test
    void aStopNeedsNoTemporaryDirectory() throws Exception {
        stopWhileManyWait(false);
    }

    /** Nor can a process wake itself by a connection that has no permission for it, or another network. */
    @Test
    void aStopNeedsNoWayToTheSocket() throws Exception {
        stopWhileManyWait(true);
    }

    private void stopWhileManyWait(boolean hidden) throws Exception {
        Map<String, String> environment =
                Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory.resolve("missing"));
        String address = "unix:" + socket();
        List<RawConnection> waiting = new ArrayList<>();
        try (Child child = start("listening", environment, "playground")) {
            child.awaitOutput("READY\n");
            assertEquals("hello\n", RawConnection.get(address, "/hello", "").body());
            long pid = child.descendants().get(0).pid();
            signal("STOP", pid);
            for (int i = 0; i < WAITING; i++) {
                RawConnection connection = RawConnection.open(address);
                waiting.add(connection);
                connection.send(RawConnection.RESPONDER, false, RawConnection.environment("/hello", ""), new byte[0],
                        null);
            }
            if (hidden) {
                Files.delete(socket());
            }
            signal("TERM", pid);
            signal("CONT", pid);
            for (RawConnection connection : waiting) {
                assertEquals("hello\n", connection.reply().body());
            }
            assertEquals(0, child.exitStatus());
        } finally {
            for (RawConnection connection : waiting) {
                connection.close();
            }
        }
    }

    /** An idle one, which nothing wakes. */
    @Test
    void anIdleProgramStopsWithoutAWayToTheSocket() throws Exception {
        try (Child child = start("listening", Map.of(), "hello")) {
            assertEquals("hello world\n", RawConnection.get("unix:" + socket(), "/hello", "").body());
            Files.delete(socket());
            long begin = System.nanoTime();
            signal("TERM", child.descendants().get(0).pid());
            assertEquals(128 + 15, child.exitStatus());
            assertTrue(System.nanoTime() - begin < 5_000_000_000L, "the whole grace went by");
        }
    }
}
