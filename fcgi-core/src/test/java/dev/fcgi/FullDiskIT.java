package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uploads that do not fit on the disk: the log says why, no upload is incomplete, no file is left. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FullDiskIT {
    private static final int LARGE = 3_000_000;

    @TempDir
    Path directory;

    @Test
    void aFileSystemWithoutRoom() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        String mount = "mount -t tmpfs -o size=1m none " + small; // in a namespace, which goes with its processes
        Process trial = new ProcessBuilder("/bin/sh", "-c", "unshare -m /bin/sh -c \"$0\"", mount)
                .redirectErrorStream(true).start();
        trial.getInputStream().readAllBytes();
        boolean root = trial.waitFor() == 0;
        if ("1".equals(System.getenv("FCGI_REQUIRE_PEERS"))) {
            assertTrue(root, "cannot mount");
        }
        assumeTrue(root, "no right to mount");
        check(small, "No space left on device", "unshare", "-m", "/bin/sh", "-c", mount + "; exec \"$@\"", "sh");
    }

    @Test
    void aLimitOfTheSizeOfFiles() throws Exception {
        check(Files.createDirectory(directory.resolve("limited")), "File too large",
                "/bin/sh", "-c", "ulimit -f 2048; exec \"$@\"", "sh");
    }

    private void check(Path temporary, String cause, String... by) throws Exception {
        try (FloodServer server = new FloodServer(directory, temporary, List.of("-Xmx32m", "-XX:-UsePerfData"), by);
                ScriptedPeer peer = ScriptedPeer.connect(server.address())) {
            upload(peer, 100_000);
            assertEquals("100000 yes", body(peer));
            for (int i = 0; i < 3; i++) {
                upload(peer, LARGE);
                String answer = peer.stdout(1);
                peer.next(Fcgi.END_REQUEST, 1);
                assertTrue(answer.startsWith("Status: 500 ") && !answer.contains(cause), answer);
                assertEquals(List.of(), openFiles(server.pid(), temporary));
                ServerTest.until("a line about " + cause, () -> server.log().contains(cause));
            }
            upload(peer, 900_000); // there is room again
            assertEquals("900000 yes", body(peer));
            assertEquals(0, server.state().requests());
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    private static void upload(ScriptedPeer peer, int length) throws IOException {
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "REQUEST_METHOD", "POST", "SCRIPT_NAME", "/upload",
                "CONTENT_TYPE", "multipart/form-data; boundary=x").endParams(1)
                .stdin(1, "--x\r\nContent-Disposition: form-data; name=file; filename=f\r\n\r\n" + "u".repeat(length)
                        + "\r\n--x\r\nContent-Disposition: form-data; name=last\r\n\r\nyes\r\n--x--\r\n")
                .endStdin(1);
    }

    private static String body(ScriptedPeer peer) {
        String answer = peer.stdout(1);
        peer.next(Fcgi.END_REQUEST, 1);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    /** The open files of a process below a directory, including deleted ones. */
    private static List<String> openFiles(long pid, Path directory) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.map(FullDiskIT::target).filter(name -> name.startsWith(directory.toString())).toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
