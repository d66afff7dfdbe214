package dev.fcgi.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.fcgi.LogCapture;
import dev.fcgi.Outcome;
import dev.fcgi.Request;
import dev.fcgi.RequestEvent;
import dev.fcgi.ServerListener;
import dev.fcgi.fault.FaultyChannel;
import dev.fcgi.fault.Faults;
import dev.fcgi.fuzz.NaiveRecord;
import dev.fcgi.internal.conn.FaultyThreads;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.FaultyBuffers;
import dev.fcgi.internal.wire.LargeBuffers;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The n-th operation in the life of a request fails, for every n, in every way. Afterwards all counters are back,
 * requests of another connection were not affected, and the next request is served; and the sender of the request has
 * got a correct response, an error, or the end of the connection.
 */
@Timeout(100)
final class FaultTest {
    private static final int TIME_OUT_MILLIS = 5_000;
    private static final int LARGE = 300_000;
    private static final int MAX_PARAMS = 1000;
    private static final byte[] BODY = pattern(100_000);
    /** Where an operation fails that cannot fail like that, what is thrown is unchecked all the same. */
    private static final List<Function<String, Throwable>> FAILURES =
            List.of(IOException::new, IllegalStateException::new, OutOfMemoryError::new, StackOverflowError::new);

    /** What a web server sends, and the content of the answers that it waits for, by request. */
    private record Exchange(String name, boolean executor, byte[] input, Map<Integer, byte[]> answers) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final Faults faults = new Faults();
    private final LogCapture log = new LogCapture("dev.fcgi.server");
    private final List<SocketChannel> accepted = new CopyOnWriteArrayList<>();
    private final List<FaultyChannel> channels = new CopyOnWriteArrayList<>();
    private ServerSocketChannel listening;
    private Server server;
    /** How many requests of the other connection wait at the gate. */
    private final AtomicInteger innocents = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(1);

    // ---- what is sent

    static List<Exchange> exchanges() {
        byte[] ok = "ok".getBytes(StandardCharsets.US_ASCII);
        byte[] small = concat(head(1, 0, "/small"), end(Fcgi.STDIN, 1));
        byte[] kept = concat(head(1, 1, "/small"), end(Fcgi.STDIN, 1));
        byte[] echo = concat(head(1, 1, "/echo"), body(1), end(Fcgi.STDIN, 1));
        byte[] large = concat(head(1, 0, "/large"), end(Fcgi.STDIN, 1));
        byte[] three = concat(head(1, 1, "/echo"), head(2, 1, "/large"), end(Fcgi.STDIN, 2), head(3, 1, "/echo"),
                body(1), body(3), end(Fcgi.STDIN, 1), end(Fcgi.STDIN, 3));
        byte[] aborted = concat(head(1, 1, "/wait"), record(Fcgi.ABORT_REQUEST, 1, new byte[0]));
        byte[] two = concat(head(1, 1, "/wait"), head(2, 1, "/wait"), record(Fcgi.ABORT_REQUEST, 1, new byte[0]),
                record(Fcgi.ABORT_REQUEST, 2, new byte[0]));
        byte[] errors = concat(head(1, 1, "/errors"), end(Fcgi.STDIN, 1));
        byte[] unread = concat(head(1, 0, "/small"), body(1), end(Fcgi.STDIN, 1));
        byte[] values = concat(record(Fcgi.GET_VALUES, 0, pair("FCGI_MAX_CONNS", "")), kept);
        byte[] tooLong = concat(record(Fcgi.BEGIN_REQUEST, 2, new byte[] {0, 1, 1, 0, 0, 0, 0, 0}),
                record(Fcgi.PARAMS, 2, pair("X", "x".repeat(MAX_PARAMS))), kept);
        byte[] refused = concat(record(Fcgi.BEGIN_REQUEST, 1, new byte[] {0, 9, 1, 0, 0, 0, 0, 0}), kept);
        Map<Integer, byte[]> one = Map.of(1, ok);
        Map<Integer, byte[]> none = Map.of(1, new byte[0], 2, new byte[0]);
        Map<Integer, byte[]> both = Map.of(1, BODY, 2, pattern(LARGE), 3, BODY);
        return List.of(
                new Exchange("alone", false, small, one),
                new Exchange("alone, kept", false, kept, one),
                new Exchange("alone, on an executor", true, kept, one),
                new Exchange("with a body", false, echo, Map.of(1, BODY)),
                new Exchange("with a body, on an executor", true, echo, Map.of(1, BODY)),
                new Exchange("with a large response", false, large, Map.of(1, pattern(LARGE))),
                new Exchange("with much on STDERR", false, errors, Map.of(1, pattern(LARGE))),
                new Exchange("with a body that is not read", false, unread, one),
                new Exchange("multiplexed", false, three, both),
                new Exchange("multiplexed, on an executor", true, three, both),
                new Exchange("aborted", false, aborted, Map.of(1, new byte[0])),
                new Exchange("aborted, multiplexed", false, two, none),
                new Exchange("left by the peer", false, head(1, 1, "/wait"), Map.of()),
                new Exchange("half a head, left by the peer", false, Arrays.copyOf(small, 30), Map.of()),
                new Exchange("after a query", false, values, one),
                new Exchange("after a refused one", false, refused, one),
                new Exchange("after one that is too long", false, tooLong, Map.of(1, ok, 2, new byte[0])));
    }

    // ---- what is done

    @ParameterizedTest
    @MethodSource("exchanges")
    void eachOperationFails(Exchange exchange) throws Exception {
        start(exchange.executor, List.of());
        failEach(exchange);
    }

    /** Observers are told of the begin and the end of each request once, although something fails. */
    @ParameterizedTest
    @ValueSource(strings = {"alone, kept", "with a body", "multiplexed", "aborted, multiplexed", "left by the peer",
        "after a refused one", "after one that is too long"})
    void observersHearOfAll(String name) throws Exception {
        Ends ends = new Ends();
        start(false, List.of(ends));
        failEach(exchanges().stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow());
        until("all have ended", () -> server.stats().requests().isEmpty());
        assertEquals(server.stats().requestsStarted(), ends.begun.get());
        assertEquals(List.of(), ends.again);
        for (Outcome.Kind kind : List.of(Outcome.Kind.ABORTED, Outcome.Kind.REFUSED, Outcome.Kind.FAILED)) {
            long counted = switch (kind) {
                case ABORTED -> server.stats().requestsAborted();
                case REFUSED -> server.stats().requestsRefused();
                default -> server.stats().handlersFailed();
            };
            assertEquals(counted, ends.told.stream().filter(one -> one.outcome().kind() == kind).count(), kind.toString());
        }
    }

    /** The events that a listener has received. */
    private static final class Ends implements ServerListener {
        private final AtomicInteger begun = new AtomicInteger();
        private final Set<RequestEvent> told = ConcurrentHashMap.newKeySet();
        private final List<RequestEvent> again = new CopyOnWriteArrayList<>();

        @Override
        public void requestBegun(RequestEvent request) {
            begun.incrementAndGet();
        }

        @Override
        public void requestEnded(RequestEvent request) {
            if (!told.add(request)) {
                again.add(request);
            }
        }
    }

    private void failEach(Exchange exchange) throws Exception {
        try (Peer innocent = new Peer()) {
            for (Function<String, Throwable> failure : FAILURES) {
                String failed = "";
                for (int n = 1; failed != null; n++) {
                    failed = failAt(n, failure, exchange, innocent);
                    assertTrue(n < 1000, "no end of operations");
                }
            }
        }
    }

    /** Returns what has failed; null when nothing was left to fail. */
    private String failAt(int n, Function<String, Throwable> failure, Exchange exchange, Peer innocent)
            throws Exception {
        innocent.send(concat(head(1, 1, "/gate"), end(Fcgi.STDIN, 1), head(2, 1, "/gate"), end(Fcgi.STDIN, 2)));
        CountDownLatch closed = gate;
        until("the others wait", () -> server.stats().activeRequests() == 2 && innocents.get() == 2
                && channels.stream().filter(FaultyChannel::isOpen).allMatch(FaultyChannel::isReading));
        int threads = FaultyThreads.running();
        faults.arm(n, failure);
        String failed;
        String what = exchange + ", operation " + n + " as " + failure.apply("").getClass().getSimpleName();
        try {
            try (Peer peer = new Peer()) {
                peer.send(exchange.input);
                peer.check(peer.receive(exchange.answers, what), exchange.answers, what);
            }
            until(what + ": all is given back", () -> server.stats().connections() == 1
                    && server.stats().activeRequests() == 2 && accepted.stream().filter(SocketChannel::isOpen).count() == 1
                    && LargeBuffers.lent() == 0
                    && FaultyThreads.running() <= threads);
        } finally {
            failed = faults.disarm();
        }
        assertEquals(0, server.context.heads.get(), what + ": heads");
        assertEquals(0, server.context.readAheads.get(), what);
        try (Peer next = new Peer()) {
            next.send(concat(head(1, 0, "/small"), end(Fcgi.STDIN, 1)));
            Map<Integer, byte[]> ok = Map.of(1, "ok".getBytes(StandardCharsets.US_ASCII));
            assertTrue(next.check(next.receive(ok, what), ok, what + ", " + failed + ": the next request"), what);
        }
        gate = new CountDownLatch(1);
        closed.countDown();
        Map<Integer, byte[]> answers = Map.of(1, new byte[] {'1'}, 2, new byte[] {'2'});
        assertTrue(innocent.check(innocent.receive(answers, what), answers, what + ", " + failed + ": the others"), what);
        until(what + ": the others have ended", () -> server.stats().activeRequests() == 0 && innocents.get() == 0);
        return failed;
    }

    private void start(boolean executor, List<ServerListener> listeners) throws IOException {
        FaultyThreads.install(faults);
        FaultyBuffers.install(faults);
        Options options = new Options();
        options.responder = this::respond;
        options.maxParamsLength = MAX_PARAMS;
        options.executor = executor ? this::execute : null;
        options.listeners = listeners;
        listening = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server = new Server(options, List.of());
        server.start(lost -> { });
        Thread.startVirtualThread(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel channel = listening.accept();
                accepted.removeIf(one -> !one.isOpen());
                accepted.add(channel);
                channels.removeIf(one -> !one.isOpen());
                channels.add(new FaultyChannel(channel, faults));
                server.open(channels.getLast(), listening.getLocalAddress());
            } catch (ClosedChannelException end) {
                return;
            } catch (Throwable injected) {
                // a server goes on accepting
            }
        }
    }

    private void execute(Runnable task) {
        faults.operation("executor");
        Thread.startVirtualThread(task);
    }

    private void respond(Request request) throws Exception {
        switch (request.meta("SCRIPT_NAME")) {
            case "/echo" -> request.stdin().transferTo(request.stdout());
            case "/large" -> request.stdout().write(pattern(LARGE));
            case "/errors" -> {
                request.stderr().write(pattern(LARGE));
                request.stdout().write(pattern(LARGE));
            }
            case "/wait" -> Thread.sleep(TIME_OUT_MILLIS);
            case "/gate" -> {
                innocents.incrementAndGet();
                try {
                    gate.await();
                    request.stdout().write('0' + request.id());
                } finally {
                    innocents.decrementAndGet();
                }
            }
            default -> request.stdout().write("ok".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @AfterEach
    void stop() throws Exception {
        faults.disarm();
        gate.countDown();
        try {
            server.shutdown(TimeUnit.SECONDS.toNanos(1));
            assertEquals(0, server.stats().connections());
        } finally {
            FaultyThreads.remove();
            FaultyBuffers.remove();
            listening.close();
            log.close();
        }
    }

    private static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIME_OUT_MILLIS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("did not come true: " + what);
            }
            Thread.sleep(1); // between polls
        }
    }

    // ---- the web server

    private final class Peer implements AutoCloseable {
        private final Socket socket = new Socket();

        Peer() throws IOException {
            socket.connect(listening.getLocalAddress());
            socket.setSoTimeout(TIME_OUT_MILLIS);
        }

        /** Sends without waiting: the server may answer before it has taken all. */
        void send(byte[] bytes) {
            Thread.startVirtualThread(() -> {
                try {
                    socket.getOutputStream().write(bytes);
                } catch (IOException ignored) {
                    // the server has closed the connection
                }
            });
        }

        /** Reads until each request that an answer is known for has its end, or the connection has. */
        byte[] receive(Map<Integer, byte[]> answers, String what) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] piece = new byte[65536];
            InputStream in = socket.getInputStream();
            try {
                for (int count; ends(all.toByteArray()) < answers.size() && (count = in.read(piece)) > 0; ) {
                    all.write(piece, 0, count);
                }
            } catch (SocketTimeoutException e) {
                throw new AssertionError(what + ", " + faults.disarm() + ": neither an end nor a close after " + all.size()
                        + " bytes, " + server.stats(), e);
            } catch (IOException reset) {
                // an end of the connection, too
            }
            return all.toByteArray();
        }

        private long ends(byte[] output) {
            return NaiveRecord.parse(output, 0, output.length).records().stream()
                    .filter(record -> record.type() == Fcgi.END_REQUEST && record.content()[4] != 3).count();
        }

        /** Returns whether the response is as if nothing had failed; any other must be recognizable as a failure. */
        boolean check(byte[] output, Map<Integer, byte[]> answers, String what) {
            Map<Integer, ByteArrayOutputStream> stdout = new TreeMap<>();
            List<Integer> right = new ArrayList<>();
            NaiveRecord.Stream stream = NaiveRecord.parse(output, 0, output.length);
            for (NaiveRecord record : stream.records()) {
                if (record.type() == Fcgi.STDOUT) {
                    stdout.computeIfAbsent(record.id(), id -> new ByteArrayOutputStream())
                            .writeBytes(record.content());
                } else if (record.type() == Fcgi.END_REQUEST && record.content()[3] == 0 && record.content()[4] == 0) {
                    byte[] content = stdout.get(record.id()).toByteArray();
                    assertTrue(Arrays.equals(answers.get(record.id()), content),
                            () -> what + ": " + content.length + " bytes of request " + record.id());
                    right.add(record.id());
                }
            }
            assertTrue(!stream.ending().equals("version"), what);
            return right.size() == answers.size();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    // ---- records

    private static byte[] head(int id, int flags, String path) {
        byte[] begin = {0, 1, (byte) flags, 0, 0, 0, 0, 0};
        return concat(record(Fcgi.BEGIN_REQUEST, id, begin), record(Fcgi.PARAMS, id, pair("SCRIPT_NAME", path)),
                end(Fcgi.PARAMS, id));
    }

    private static byte[] body(int id) {
        return concat(record(Fcgi.STDIN, id, Arrays.copyOf(BODY, 50_000)),
                record(Fcgi.STDIN, id, Arrays.copyOfRange(BODY, 50_000, BODY.length)));
    }

    private static byte[] end(int type, int id) {
        return record(type, id, new byte[0]);
    }

    private static byte[] pair(String name, String value) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        NameValuePairs.append(block, name, value);
        return block.toByteArray();
    }

    private static byte[] record(int type, int id, byte[] content) {
        byte[] header = {1, (byte) type, 0, (byte) id, (byte) (content.length >> 8), (byte) content.length, 0, 0};
        return concat(header, content);
    }

    private static byte[] concat(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }
}
