package dev.fcgi.internal.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.EndRequest;
import dev.fcgi.fuzz.Alarm;
import dev.fcgi.fuzz.MemoryTransport;
import dev.fcgi.fuzz.NaiveRecord;
import dev.fcgi.fuzz.Pieces;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.wire.Fcgi;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Fuzz target: a whole connection to an application that answers with anything. Each call ends, with the response that
 * was sent or with an IOException.
 *
 * <p>Input: a byte of options, a byte for the pieces, the stream.
 */
public final class ClientConnectionFuzz {
    private static final int SHARED = 1;
    private static final int LARGE_BODY = 2;
    private static final int ABORT = 4;
    private static final int RESET = 8;
    private static final int DEAF = 16;
    private static final int CLOSING = 32;
    private static final int AUTHORIZER = 64;

    private static final Alarm ALARM = new Alarm("dev.fcgi.client");
    private static final ConnectionPool[] POOLS = {pool(true), pool(false)};

    private ClientConnectionFuzz() {}

    private static ConnectionPool pool(boolean keepAlive) {
        return new ConnectionPool(options(keepAlive), new Observers(options(keepAlive)));
    }

    private static ClientOptions options(boolean keepAlive) {
        ClientOptions options = new ClientOptions();
        options.keepAlive = keepAlive;
        options.responseBuffer = 200;
        options.maxStderrLength = 50;
        return options;
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (input.length < 2) {
            return;
        }
        int flags = input[0];
        boolean deaf = (flags & DEAF) != 0;
        MemoryTransport transport = new MemoryTransport(new Pieces(input, 2, input[1]),
                new Pieces(input, 2, deaf ? input[1] : 0), (flags & RESET) != 0,
                deaf ? 8 * (input[1] & 0xFF) : Integer.MAX_VALUE);
        transport.hold(true);
        int count = (flags & SHARED) != 0 ? 3 : 1;
        boolean keepAlive = (flags & CLOSING) == 0;
        Backlog backlog = new Backlog(any -> true, Clock.SYSTEM);
        ClientConnection connection = POOLS[keepAlive ? 0 : 1].connection(
                new Connector.Connected(transport, count, backlog, backlog.arrive(),
                        new ConnectionObservation(1, null, 0, null, over -> { })));
        List<ClientCall> calls = new ArrayList<>();
        List<CompletableFuture<String>> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(connection.reserve(request(flags)));
        }
        connection.start();
        for (ClientCall call : calls) {
            connection.send(call);
            CompletableFuture<String> outcome = new CompletableFuture<>();
            outcomes.add(outcome);
            Thread.startVirtualThread(() -> consume(call, (flags & ABORT) != 0, outcome));
        }
        transport.hold(false);
        for (int i = 0; i < count; i++) {
            String outcome = outcomes.get(i).get(10, TimeUnit.SECONDS);
            String expected = expected(input, calls.get(i).id(), count > 1);
            if (!deaf && (flags & ABORT) == 0 && !outcome.equals(expected)) {
                throw new AssertionError(outcome + " instead of " + expected);
            }
        }
        connection.tick(Integer.MAX_VALUE / 2); // later: somebody looks after an idle connection
        fail(transport.awaitClose());
        fail(ALARM.take());
        NaiveRecord.Stream output = NaiveRecord.parse(transport.output(), 0, transport.output().length);
        if (!deaf && !output.ending().equals("end")) {
            throw new AssertionError("the output ends with " + output.ending());
        }
    }

    private static CallRequest request(int flags) {
        boolean large = (flags & LARGE_BODY) != 0;
        CallParams params = new CallParams(Map.of("REQUEST_METHOD", "GET"), StandardCharsets.UTF_8);
        return new CallRequest((flags & AUTHORIZER) != 0 ? 2 : 1, params, new byte[10],
                large ? new ByteArrayInputStream(new byte[20_000]) : null, large ? 20_000 : 10, null, line -> { },
                new CallWatch(new Counters()));
    }

    private static void consume(ClientCall call, boolean abort, CompletableFuture<String> outcome) {
        try {
            call.awaitOutput();
            InputStream stdout = call.stdout();
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            byte[] piece = new byte[50];
            for (int n; (n = stdout.read(piece)) >= 0 && !(abort && output.size() > 0); ) {
                output.write(piece, 0, n);
            }
            if (abort) {
                call.abort();
            }
            EndRequest end = call.awaitEnd();
            call.stderrText();
            outcome.complete(end.appStatus() + " " + end.protocolStatus() + " "
                    + output.toString(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            outcome.complete("failed");
        } catch (Throwable e) {
            outcome.completeExceptionally(e);
        } finally {
            call.abort();
        }
    }

    /** What a call ends with for a caller who reads everything. */
    private static String expected(byte[] input, int id, boolean shared) {
        NaiveRecord.Stream stream = NaiveRecord.parse(input, 2, input.length);
        StringBuilder output = new StringBuilder();
        List<Integer> ended = new ArrayList<>();
        boolean outputEnded = false;
        for (NaiveRecord record : stream.records()) {
            boolean mine = record.id() == id;
            boolean known = record.id() == 0 || mine || shared && record.id() <= 3 && !ended.contains(record.id());
            switch (record.type()) {
                case Fcgi.STDOUT -> {
                    outputEnded |= mine && record.content().length == 0;
                    if (mine && !outputEnded) {
                        output.append(new String(record.content(), StandardCharsets.ISO_8859_1));
                    }
                }
                case Fcgi.STDERR -> { }
                case Fcgi.END_REQUEST -> {
                    if (known && record.id() != 0 && record.content().length < 8) {
                        return "failed";
                    }
                    if (mine) {
                        return end(record.content(), 0) + output;
                    }
                    ended.add(record.id());
                }
                default -> {
                    continue;
                }
            }
            if (!known && !shared) {
                return "failed";
            }
        }
        int rest = stream.rest();
        boolean end = input.length - rest >= 16 && stream.ending().equals("cut") && input[rest + 1] == Fcgi.END_REQUEST
                && (input[rest + 2] & 0xFF) * 256 + (input[rest + 3] & 0xFF) == id
                && (input[rest + 4] != 0 || (input[rest + 5] & 0xFF) >= 8);
        return end ? end(input, rest + 8) + output : "failed"; // what else is missing of it does not matter
    }

    private static String end(byte[] body, int at) {
        int appStatus = (body[at] & 0xFF) << 24 | (body[at + 1] & 0xFF) << 16 | (body[at + 2] & 0xFF) << 8
                | body[at + 3] & 0xFF;
        return appStatus + " " + ProtocolStatus.of(body[at + 4] & 0xFF) + " ";
    }

    private static void fail(String what) {
        if (what != null) {
            throw new AssertionError(what);
        }
    }
}
