package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static dev.fcgi.ScriptedPeer.recordBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Peers on all connections except one send as much as they can of something that costs them nothing. The server stays
 * within the bound of docs/architecture.md, serves the other connection, and holds nothing after they have
 * disconnected.
 */
@Timeout(value = 100, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FloodIT {
    private static final int PEERS = FloodProgram.CONNECTIONS - 1;
    private static final long BYTES_PER_PEER = 1_000_000;
    /** Temporary objects of the JVM: caches, the logger. */
    private static final long NOISE = 2_000_000;
    /** The formula of docs/architecture.md, "Memory". */
    private static final long CONNECTION = FloodProgram.PARAMS + (32 + 8) * 1024L;
    private static final long SHARED_CONNECTION = 128 * 1024L;
    private static final long HEAD = FloodProgram.PARAMS + 1024L;
    private static final long REQUEST =
            FloodProgram.PARAMS + 10 * 1000 + FloodProgram.INPUT + FloodProgram.OUTPUT + 8 * 1024L;
    private static final long READ_AHEAD = 64 * 128 * 1024L;
    /** For peers with one request at a time, of which only the head was sent. */
    private static final long NOT_MULTIPLEXED = PEERS * (CONNECTION + 8 * 1024);
    private static final List<String> REPORT = new ArrayList<>();

    @TempDir
    Path directory;
    private FloodServer server;
    private ScriptedPeer innocent;
    private long idleHeap;
    /** How much the server may hold for the peers once it is idle. */
    private long mostHeld = bound();

    private static long bound() {
        return FloodProgram.CONNECTIONS * (CONNECTION + SHARED_CONNECTION)
                + FloodProgram.REQUESTS * (HEAD + REQUEST) + READ_AHEAD;
    }

    @BeforeEach
    void start() throws Exception {
        server = new FloodServer(directory, directory, List.of("-Xmx64m"));
        innocent = ScriptedPeer.connect(server.address());
        for (int i = 0; i < 100; i++) { // loads classes
            innocent.request(1, "/ok").request(2, "/params").expectAnswer(1, "\r\nok").stdout(2);
            innocent.next(Fcgi.END_REQUEST, 2);
        }
        idleHeap = server.state().heap();
    }

    @AfterEach
    void stop() throws Exception {
        try {
            innocent.close();
        } finally {
            server.close();
        }
    }

    @AfterAll
    static void report() throws IOException {
        REPORT.add(0, String.format("Floods: live heap of a server with %d peers against the bound of %.1f MB",
                PEERS, bound() / 1e6));
        REPORT.forEach(System.out::println);
        Path directory = Path.of(System.getProperty("fcgi.reports", "target/reliability"));
        Files.createDirectories(directory);
        Files.write(directory.resolve("FloodIT.txt"), REPORT);
    }

    // ---- floods

    @Test
    void requestsThatAreBegunAndNoMore() throws Exception {
        flood("BEGIN_REQUEST without end", true, i -> begin(1 + i % 60_000));
    }

    @Test
    void parametersWithoutEnd() throws Exception {
        byte[] piece = params("A", "x".repeat(1000));
        flood("PARAMS without end", true, i -> {
            int id = 1 + i / 17;
            return id > FloodProgram.REQUESTS_PER_CONNECTION ? null : i % 17 == 0 ? begin(id) : record(4, id, piece);
        });
    }

    @Test
    void parametersOfOneByteARecord() throws Exception {
        flood("PARAMS, one byte a record", true, i -> {
            int id = 1 + i / 16_001;
            return id > 4 ? null : i % 16_001 == 0 ? begin(id) : record(4, id, new byte[] {(byte) 0xFF});
        });
    }

    @Test
    void emptyRecords() throws Exception {
        flood("empty STDIN", true, i -> record(Fcgi.STDIN, 1 + i % 1000, new byte[0]));
    }

    @Test
    void recordsOfPaddingOnly() throws Exception {
        flood("padding", true, i -> recordBytes(Fcgi.STDIN, 1, new byte[0], 255));
    }

    @Test
    void unknownTypesWhoseAnswersNobodyReads() throws Exception {
        flood("unknown types", false, i -> record(200, 0, new byte[0]));
    }

    @Test
    void valuesThatNobodyReads() throws Exception {
        byte[] query = "\u000e\u0000FCGI_MAX_CONNS".getBytes(StandardCharsets.US_ASCII);
        flood("GET_VALUES", false, i -> record(Fcgi.GET_VALUES, 0, query));
    }

    @Test
    void requestsThatAreBegunAndAborted() throws Exception {
        flood("BEGIN and ABORT, answers read", true,
                i -> i % 2 == 0 ? begin(1 + i / 2 % 100) : record(Fcgi.ABORT_REQUEST, 1 + i / 2 % 100, new byte[0]));
    }

    @Test
    void requestsThatAreBegunAndAbortedByAPeerThatDoesNotRead() throws Exception {
        mostHeld = NOT_MULTIPLEXED;
        flood("BEGIN and ABORT, nothing read", false,
                i -> i % 2 == 0 ? begin(1 + i / 2 % 100) : record(Fcgi.ABORT_REQUEST, 1 + i / 2 % 100, new byte[0]));
    }

    @Test
    void parametersOfRequestsThatAreAborted() throws Exception { // what they have sent must not stay
        mostHeld = NOT_MULTIPLEXED;
        byte[] large = params("A", "x".repeat(FloodProgram.PARAMS - 100));
        flood("PARAMS and ABORT", true, i -> switch (i % 3) {
            case 0 -> begin(1 + i / 3 % 4);
            case 1 -> record(Fcgi.PARAMS, 1 + i / 3 % 4, large);
            default -> record(Fcgi.ABORT_REQUEST, 1 + i / 3 % 4, new byte[0]);
        });
    }

    @Test
    void moreParametersThanARequestMayHave() throws Exception { // pairs of two bytes
        byte[] pairs = new byte[FloodProgram.PARAMS];
        flood("parameters without name and value", true, i -> {
            int id = 1 + i / 3 % 16;
            return i % 3 == 0 ? begin(id) : record(Fcgi.PARAMS, id, i % 3 == 1 ? pairs : new byte[0]);
        });
    }

    /**
     * Half of the peers begin a request for every id, half send endless parameters; another peer is served at any time.
     */
    @Test
    void aStrangerIsServedWhateverOthersBegin() throws Exception {
        byte[] piece = params("A", "x".repeat(1000));
        List<FloodPeer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < PEERS - 1; i++) {
                peers.add(new FloodPeer(server.address(), i % 4 < 2, i % 2 == 0
                        ? n -> n < 65_535 ? begin(n + 1) : null
                        : n -> n % 17 == 0 ? begin(1 + n / 17 % 65_535) : record(Fcgi.PARAMS, 1 + n / 17, piece)));
            }
            long slowest = 0;
            for (int round = 0; round < 200; round++) {
                for (FloodPeer peer : peers) {
                    peer.push();
                }
                long start = System.nanoTime();
                try (ScriptedPeer stranger = ScriptedPeer.connect(server.address())) {
                    stranger.request(1, "/ok").request(2, "/ok").expectAnswer(1, "\r\nok").expectAnswer(2, "\r\nok");
                }
                slowest = Math.max(slowest, System.nanoTime() - start);
            }
            REPORT.add(String.format("%-32s served within %d ms", "a stranger meanwhile", slowest / 1_000_000));
            assertTrue(slowest < TimeUnit.SECONDS.toNanos(1), slowest + " ns");
            assertTrue(server.state().heap() - idleHeap <= bound() + NOISE);
        } finally {
            for (FloodPeer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void handlersThatAreStartedAndAborted() throws Exception {
        byte[] params = params("SCRIPT_NAME", "/hold");
        flood("requests and ABORT", true, i -> {
            int id = 1 + i / 4 % 100;
            return switch (i % 4) {
                case 0 -> begin(id);
                case 1 -> record(Fcgi.PARAMS, id, params);
                case 2 -> record(Fcgi.PARAMS, id, new byte[0]);
                default -> record(Fcgi.ABORT_REQUEST, id, new byte[0]);
            };
        });
    }

    @Test
    void inputThatNobodyReads() throws Exception { // all that a request can hold: parameters, input
        byte[] large = params("A", "x".repeat(FloodProgram.PARAMS - 100));
        flood("full parameters and input", true, requests("/hold", large));
    }

    @Test
    void outputThatNobodyReads() throws Exception { // and output
        byte[] large = params("A", "x".repeat(FloodProgram.PARAMS - 100));
        flood("full parameters, input, output", false, requests("/write", large));
    }

    @Test
    void collidingNamesOfParameters() throws Exception {
        byte[] ordinaryNames = block("012");
        time(ordinaryNames);
        long ordinary = time(ordinaryNames);
        long colliding = Math.max(time(block("Aa", "BB", "C#")), time(block("aA", "BB", "#C")));
        REPORT.add(String.format("%-32s %.1f times as long as other names", "names of equal hash codes",
                1.0 * colliding / ordinary));
        assertTrue(colliding < 10 * ordinary, colliding + " ns instead of " + ordinary);
    }

    /** Requests one after the other on each connection until no more are taken, all with a head and endless input. */
    private static IntFunction<byte[]> requests(String path, byte[] params) {
        byte[] script = params("SCRIPT_NAME", path);
        byte[] input = new byte[1000];
        int[] order = {Fcgi.BEGIN_REQUEST, Fcgi.PARAMS, -1, Fcgi.PARAMS};
        return i -> {
            int id = 1 + i / 4;
            if (id > 4) { // the input follows all heads, for one request after the other
                int piece = i - 16;
                return record(Fcgi.STDIN, 1 + piece / (FloodProgram.INPUT / 1000) % 4, input);
            }
            return switch (order[i % 4]) {
                case Fcgi.BEGIN_REQUEST -> begin(id);
                case -1 -> record(Fcgi.PARAMS, id, script);
                default -> record(Fcgi.PARAMS, id, i % 4 == 1 ? params : new byte[0]);
            };
        };
    }

    // ---- how

    private void flood(String name, boolean reads, IntFunction<byte[]> pieces) throws Exception {
        List<FloodPeer> peers = new ArrayList<>();
        long sent = 0;
        try {
            for (int i = 0; i < PEERS; i++) {
                peers.add(new FloodPeer(server.address(), reads, pieces));
            }
            push(peers);
            FloodServer.State state = server.state();
            long held = state.heap() - idleHeap;
            expectService();
            sent = peers.stream().mapToLong(FloodPeer::sent).sum();
            REPORT.add(String.format("%-32s %6.1f MB sent, %5.1f MB held (%3d %%), %d requests", name, sent / 1e6,
                    held / 1e6, 100 * held / bound(), state.requests()));
            assertTrue(held <= bound() + NOISE, held + " bytes of heap, more than " + bound());
            awaitHeap(mostHeld);
            assertTrue(state.connections() <= FloodProgram.CONNECTIONS);
            assertTrue(state.requests() <= 2 * FloodProgram.REQUESTS + FloodProgram.CONNECTIONS, state.toString());
        } finally {
            for (FloodPeer peer : peers) {
                peer.close();
            }
        }
        ServerTest.until("nothing is left of them", () -> {
            try {
                FloodServer.State state = server.state();
                return state.connections() == 1 && state.requests() == 0 && state.heap() <= idleHeap + NOISE;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        innocent.request(1, "/ok").expectAnswer(1, "\r\nok").expectQuiet();
        assertFalse(server.log().contains("SEVERE") || server.log().contains("OutOfMemory"), server.log());
        assertTrue(sent > PEERS * 1000L, "no flood: " + sent);
    }

    /** What is measured while requests come and go is more than what is held. */
    private void awaitHeap(long most) throws InterruptedException {
        ServerTest.until("no more than " + most + " bytes are held", () -> {
            try {
                return server.state().heap() - idleHeap <= most + NOISE;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Waits until each has sent its share, or could send nothing for a while. */
    private static void push(List<FloodPeer> peers) throws InterruptedException {
        int quiet = 0;
        for (int round = 0; quiet < 20; round++) {
            boolean any = false;
            for (FloodPeer peer : peers) {
                any |= peer.sent() < BYTES_PER_PEER && peer.push();
            }
            quiet = any ? 0 : quiet + 1;
            if (!any) {
                TimeUnit.MILLISECONDS.sleep(10); // waits for the absence of progress
            }
            assertTrue(round < 1_000_000, "no end");
        }
    }

    /** The well-behaved peer gets a response: from the handler, or a 503 while others use everything. */
    private void expectService() {
        innocent.request(1, "/ok").send();
        String answer = innocent.stdout(1);
        innocent.next(Fcgi.END_REQUEST, 1);
        assertTrue(answer.equals("\r\nok") || answer.startsWith("Status: 503"), answer);
    }

    private long time(byte[] params) {
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            innocent.begin(1, RESPONDER, KEEP_CONN).params(1, params).params(1, "SCRIPT_NAME", "/params").endParams(1)
                    .endStdin(1).expectAnswer(1, "\r\n1998");
        }
        return System.nanoTime() - start;
    }

    // ---- records

    private static byte[] begin(int id) {
        return record(Fcgi.BEGIN_REQUEST, id, ScriptedPeer.beginBody(RESPONDER, KEEP_CONN));
    }

    private static byte[] record(int type, int id, byte[] content) {
        return recordBytes(type, id, content, 0);
    }

    private static byte[] params(String name, String value) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        NameValuePairs.append(block, name, value);
        return block.toByteArray();
    }

    /**
     * Parameters with colliding names: names composed of "Aa" and "BB" have equal hash codes as strings, those of "aA"
     * and similar ones as buffers, which are hashed from their end.
     */
    private static byte[] block(String... syllables) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < 998; i++) {
            StringBuilder name = new StringBuilder();
            for (int left = i + 2187; left > 1; left /= 3) {
                name.append(syllables.length == 3 ? syllables[left % 3] : "x" + left % 3);
            }
            NameValuePairs.append(block, name.toString().getBytes(StandardCharsets.US_ASCII), new byte[0]);
        }
        return block.toByteArray();
    }
}
