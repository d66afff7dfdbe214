package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a container: process 1, a read-only root, no place for temporary files, a user without a name and no
 * locale. Kernel namespaces create such a container on the test machine.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ContainerIT {
    private static final int WAITING = 100;
    private static final List<String> NAMESPACES = List.of("unshare", "-m", "-p", "--fork", "--mount-proc");
    /** The mounts affect only this namespace; the directory of the socket stays writable. */
    private static final String ENTER = """
            mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro / || exit 1
            for place in /tmp /var/tmp; do
              if mountpoint -q $place; then mount -o remount,bind,ro $place || exit 1; fi
            done
            shift
            exec env -i LC_ALL=C setpriv --reuid 54321 --regid 54321 --clear-groups "$@"
            """;

    @TempDir
    Path directory;

    private ProcessBuilder inContainer(Path writable, List<String> command) {
        List<String> all = new ArrayList<>(NAMESPACES);
        all.addAll(List.of("/bin/sh", "-c", ENTER, "sh", writable.toString()));
        all.addAll(command);
        return new ProcessBuilder(all);
    }

    @Test
    void aServerInAContainer() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxrwxrwx"));
        requireContainers(run);
        Path socket = run.resolve("app.sock");
        Path log = directory.resolve("log");
        List<String> java = Fork.java(ContainerProgram.class, List.of(), socket.toString()).command();
        Process process = inContainer(run, java).redirectError(log.toFile()).start();
        try {
            assertEquals("pid 1, user ?, temporary files false, charset ANSI_X3.4-1968",
                    process.inputReader().readLine(), () -> read(log));
            SocketAddress address = UnixDomainSocketAddress.of(socket);
            try (ScriptedPeer peer = ScriptedPeer.connect(address)) {
                peer.request(1, KEEP_CONN, "/hello");
                assertEquals("/hello", body(peer));
                upload(peer, 1000);
                assertEquals("1000", body(peer));
                upload(peer, 3_000_000);
                String answer = peer.stdout(1);
                peer.next(Fcgi.END_REQUEST, 1);
                assertTrue(answer.startsWith("Status: 500 "), answer);
                String why = "cannot create a temporary file for an upload in /tmp";
                ServerTest.until("the log says why", () -> read(log).contains(why));
            }
            stopWhileManyWait(process, address);
            assertEquals(128 + 15, process.waitFor(), () -> read(log));
            try (Stream<Path> left = Files.list(run)) {
                assertEquals(List.of(), left.toList());
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Connections that the kernel has queued when the container is stopped are answered. */
    private static void stopWhileManyWait(Process process, SocketAddress address) throws Exception {
        String pid = Long.toString(process.children().findFirst().orElseThrow().pid());
        signal("STOP", pid);
        List<ScriptedPeer> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < WAITING; i++) {
                ScriptedPeer peer = ScriptedPeer.connect(address);
                waiting.add(peer);
                peer.request(1, 0, "/" + i).send();
            }
            signal("TERM", pid);
            signal("CONT", pid);
            for (int i = 0; i < WAITING; i++) {
                assertEquals("/" + i, body(waiting.get(i)));
            }
        } finally {
            for (ScriptedPeer peer : waiting) {
                peer.close();
            }
        }
    }

    private static void signal(String name, String pid) throws Exception {
        assertEquals(0, new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).start().waitFor());
    }

    private void requireContainers(Path run) throws Exception {
        List<String> command = inContainer(run, List.of("/bin/true")).command();
        command.addAll(0, List.of("/bin/sh", "-c", "exec \"$@\"", "sh")); // unshare may be missing
        Process trial = new ProcessBuilder(command).redirectErrorStream(true).start();
        trial.getInputStream().readAllBytes();
        boolean possible = trial.waitFor() == 0;
        if ("1".equals(System.getenv("FCGI_REQUIRE_PEERS"))) {
            assertTrue(possible, "no namespaces");
        }
        assumeTrue(possible, "no unshare, no setpriv, or no right to use them");
    }

    private static void upload(ScriptedPeer peer, int length) throws Exception {
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "REQUEST_METHOD", "POST", "SCRIPT_NAME", "/upload",
                "CONTENT_TYPE", "multipart/form-data; boundary=x").endParams(1)
                .stdin(1, "--x\r\nContent-Disposition: form-data; name=file; filename=f\r\n\r\n" + "u".repeat(length)
                        + "\r\n--x--\r\n")
                .endStdin(1);
    }

    private static String body(ScriptedPeer peer) {
        String answer = peer.stdout(1);
        peer.next(Fcgi.END_REQUEST, 1);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
