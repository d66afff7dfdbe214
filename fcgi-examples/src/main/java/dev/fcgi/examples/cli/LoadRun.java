package dev.fcgi.examples.cli;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.ClientStats;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.client.RequestRefusedException;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.client.ResponseLostException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * A load: one virtual thread for each concurrent request, which sends requests and reads responses in turn.
 *
 * <p>The calling thread measures the time; counters are atomic, and updated only while {@code measuring}.
 */
final class LoadRun {
    private static final int PIECE = 16 * 1024;
    private static final String CANNOT_CONNECT = "cannot connect";
    private static final long PAUSE_MILLIS = 10;

    private final FcgiClient client;
    private final ClientRequest request;
    private final int atATime;
    private final PrintStream progress;

    private final Histogram latencies = new AtomicHistogram(1_000, TimeUnit.HOURS.toNanos(1), 3);
    private final LongAdder bytes = new LongAdder();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final CountDownLatch early = new CountDownLatch(1);
    private volatile boolean measuring;
    private volatile boolean over;

    /** Progress is printed to the stream, unless it is null. */
    LoadRun(FcgiClient client, ClientRequest request, int atATime, PrintStream progress) {
        this.client = client;
        this.request = request;
        this.atATime = atATime;
        this.progress = progress;
    }

    /** Makes {@link #run} return what it has measured so far. May be called by any thread. */
    void endEarly() {
        early.countDown();
    }

    LoadReport run(Duration warmUp, Duration duration) throws InterruptedException {
        for (int i = 0; i < atATime; i++) {
            Thread.ofVirtual().name("load-" + i).start(this::work);
        }
        early.await(warmUp.toNanos(), TimeUnit.NANOSECONDS);
        long start = System.nanoTime();
        ClientStats atStart = client.stats();
        measuring = true;
        long end = start + duration.toNanos();
        long counted = 0;
        boolean ended = early.getCount() == 0;
        for (long now = start; now < end && !ended; ) {
            ended = early.await(Math.min(TimeUnit.SECONDS.toNanos(1), end - now), TimeUnit.NANOSECONDS);
            long before = now;
            now = System.nanoTime();
            long total = latencies.getTotalCount();
            report(now - start, (total - counted) * 1e9 / (now - before));
            counted = total;
        }
        measuring = false;
        double seconds = (System.nanoTime() - start) / 1e9;
        LoadReport.Connections connections = LoadReport.Connections.between(atStart, client.stats());
        over = true;
        Map<String, Long> failed = new TreeMap<>();
        errors.forEach((kind, count) -> failed.put(kind, count.sum()));
        Histogram all = latencies.copy();
        return new LoadReport(seconds, all.getTotalCount(), bytes.sum(), all, connections, failed);
    }

    private void report(long elapsed, double rate) {
        if (progress != null) {
            progress.printf(Locale.ROOT, "%4.0f s  %.0f requests/s  %d errors%n", elapsed / 1e9, rate,
                    errors.values().stream().mapToLong(LongAdder::sum).sum());
        }
    }

    private void work() {
        byte[] piece = new byte[PIECE];
        long start = System.nanoTime();
        while (!over) {
            String error = null;
            try {
                error = once(piece);
            } catch (IOException e) {
                error = kind(e);
            }
            long end = System.nanoTime();
            if (measuring) {
                record(error, end - start);
            }
            start = end; // one look at the clock for both: it costs more than counting
            if (CANNOT_CONNECT.equals(error)) {
                if (!pause()) {
                    return;
                }
                start = System.nanoTime();
            }
        }
    }

    private void record(String error, long nanos) {
        if (error == null) {
            latencies.recordValue(Math.min(nanos, latencies.getHighestTrackableValue()));
        } else {
            errors.computeIfAbsent(error, kind -> new LongAdder()).increment();
        }
    }

    /** Pauses, because a server that is down refuses immediately. */
    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Sends one request. Returns null, or the kind of error. */
    private String once(byte[] piece) throws IOException {
        try (ClientResponse response = client.send(request)) {
            InputStream in = response.stdout();
            long length = 0;
            int status = 200;
            for (int count; (count = in.read(piece)) >= 0; length += count) {
                status = length == 0 ? status(piece, count) : status;
            }
            if (measuring) {
                bytes.add(length);
            }
            if (response.end().protocolStatus() != ProtocolStatus.REQUEST_COMPLETE) {
                return "refused: " + response.end().protocolStatus();
            }
            return length == 0 ? "empty response" : status >= 400 ? "status " + status : null;
        }
    }

    /** The status, searched for in the first piece of the head, because parsing all of it would cost too much. */
    private static int status(byte[] piece, int count) {
        int line = 0;
        for (int i = 0; i < count; i++) {
            if (piece[i] != '\n') {
                continue;
            }
            if (i - line >= 10 && (piece[line] == 'S' || piece[line] == 's') && piece[line + 6] == ':') {
                int digits = piece[line + 7] == ' ' ? line + 8 : line + 7;
                return (piece[digits] - '0') * 100 + (piece[digits + 1] - '0') * 10 + piece[digits + 2] - '0';
            }
            if (i - line <= 1) {
                break; // the end of the head
            }
            line = i + 1;
        }
        return 200;
    }

    private static String kind(IOException e) {
        return switch (e) {
            case RequestRefusedException refused -> "refused: " + refused.protocolStatus();
            case RequestTimeoutException timeout -> timeout.getMessage();
            case ResponseLostException lost -> "connection lost";
            case FcgiException protocol -> "protocol error";
            default -> CANNOT_CONNECT;
        };
    }
}
