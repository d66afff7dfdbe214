package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server without file descriptors: open connections are not affected, others are accepted later. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DescriptorsIT {
    private static final int DESCRIPTORS = 64;
    private static final int PEERS = 100;
    private static final int SECONDS = 2;

    @TempDir
    Path directory;

    @Test
    void acceptingGoesOnWhenThereAreDescriptorsAgain() throws Exception {
        String address = "unix:" + directory.resolve("s");
        Child child = Child.start(directory, Map.of(), "/bin/sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                "sh", Image.program("playground"), address);
        List<RawConnection> peers = new ArrayList<>();
        try (PlaygroundProcess playground = PlaygroundProcess.ready(child, address);
                RawConnection connected = RawConnection.open(address)) {
            Child server = playground.process();
            assertEquals("hello\n", hello(connected));
            for (int i = 0; i < PEERS; i++) {
                peers.add(RawConnection.open(address)); // the kernel queues them, the server cannot accept them
            }
            Await.until("accepting fails", () -> server.stderr().contains("cannot accept connections"));

            long before = cpuMillis(server.pid());
            long start = System.nanoTime();
            int answers = 0;
            while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(SECONDS)) {
                assertEquals("hello\n", hello(connected));
                answers++;
                Thread.sleep(20); // leaves the server time to do nothing
            }
            long used = cpuMillis(server.pid()) - before;
            assertTrue(used < 500 * SECONDS, used + " ms of CPU time in " + SECONDS + " s");
            assertEquals(1, count(server.stderr(), "cannot accept connections"), server.stderr());

            List<RawConnection> waiting = peers.subList(DESCRIPTORS, PEERS);
            for (RawConnection peer : peers.subList(0, DESCRIPTORS)) {
                peer.close();
            }
            for (RawConnection peer : waiting) {
                assertEquals("hello\n", hello(peer));
            }
            assertEquals("hello\n", RawConnection.get(address, "/hello", "").body());
            new Report(DescriptorsIT.class, "Out of file descriptors: " + PEERS + " connections, "
                    + DESCRIPTORS + " descriptors")
                    .line(answers + " answers meanwhile, " + used / SECONDS + " ms of CPU time a second, "
                            + "one line of log, all who waited were answered")
                    .write();
        } finally {
            for (RawConnection peer : peers) {
                peer.close();
            }
        }
    }

    private static String hello(RawConnection connection) throws IOException {
        connection.send(RawConnection.RESPONDER, true, RawConnection.environment("/hello", ""), new byte[0], null);
        return connection.reply().body();
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    /** User and system time of a process, which the kernel counts in hundredths of a second. */
    private static long cpuMillis(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return 10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
    }
}
