package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand idle connections, and a thousand requests that wait at the same time, in 512 MB. */
@Timeout(value = 100, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ManyConnectionsIT {
    private static final int CONNECTIONS = 10_000;
    private static final int WAITING = 1_000;

    @TempDir
    Path directory;

    @Test
    void idleConnectionsAndWaitingRequests() throws Exception {
        Peer.require(Peer.DESCRIPTORS);
        List<RawConnection> connections = new ArrayList<>();
        // platform threads: on a virtual one connecting to a full backlog fails instead of waiting
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, "unix:" + directory.resolve("s"),
                        Map.of("FCGI_JAVA_OPTS", "-Xmx512m"));
                ExecutorService threads = Executors.newFixedThreadPool(16)) {
            print("idle", playground);
            String address = playground.address();
            connections.addAll(results(threads, CONNECTIONS, () -> RawConnection.open(address)));
            for (RawConnection connection : connections) {
                ask(connection, "/hello", "");
            }
            for (RawConnection connection : connections) {
                assertEquals("hello\n", connection.reply().body());
            }
            assertEquals(CONNECTIONS + 1L, playground.stats().get("connections"));
            print(CONNECTIONS + " idle connections", playground);

            for (RawConnection connection : connections.subList(0, WAITING)) {
                ask(connection, "/slow", "ms=3000");
            }
            Await.until("all wait at once", () -> playground.stats().get("active") == WAITING + 1);
            print("and " + WAITING + " waiting requests", playground);
            for (RawConnection connection : connections.subList(0, WAITING)) {
                assertEquals("slept\n", connection.reply().body());
            }
            for (RawConnection connection : connections) {
                connection.close();
            }
            Await.until("all are closed", () -> playground.stats().get("connections") == 1);
            print("all closed", playground);
            Map<String, Long> stats = playground.stats();
            assertTrue(stats.get("fds") < 100, stats::toString);
            assertEquals(0, stats.get("aborted"));
            assertEquals(0, playground.stop(), playground.process().stderr());
        } finally {
            for (RawConnection connection : connections) {
                connection.close();
            }
        }
    }

    private static void ask(RawConnection connection, String path, String query) throws IOException {
        connection.send(RawConnection.RESPONDER, true, RawConnection.environment(path, query), new byte[0], null);
    }

    private static <T> List<T> results(ExecutorService threads, int count, Callable<T> task) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(threads.submit(task));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private static void print(String when, PlaygroundProcess playground) throws Exception {
        Map<String, Long> stats = playground.stats("gc=1");
        System.out.printf("%-40s heap %6.1f MB, resident %6.1f MB, %d threads, %d descriptors%n", when,
                stats.get("heap") / 1e6, residentBytes(playground.process().pid()) / 1e6, stats.get("threads"),
                stats.get("fds"));
    }

    private static long residentBytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }
}
