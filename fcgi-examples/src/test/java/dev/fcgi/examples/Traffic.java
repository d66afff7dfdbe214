package dev.fcgi.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Clients that continuously send requests through a web server, and check every response. */
final class Traffic implements AutoCloseable {
    /** A request to the playground, with its only right answer. */
    record Exchange(String path, byte[] body, String answer) {
        static final Exchange HELLO = new Exchange("/hello", null, "hello\n");
        static final Exchange SLOW = new Exchange("/slow?ms=20", null, "slept\n");
        static final Exchange BIG = new Exchange("/big?n=50000", null, "0123456789abcdef".repeat(50_000 / 16));
        /** All that a web server repeats when a connection ends just when it has sent the request. */
        static final List<Exchange> GETS = List.of(HELLO, BIG, SLOW);
        static final List<Exchange> ALL = List.of(HELLO, BIG, SLOW, post(Content.random(10_000)));

        private static Exchange post(byte[] body) {
            try {
                return new Exchange("/sum", body, Content.sum(body));
            } catch (IOException e) {
                throw new UncheckedIOException(e); // of an array
            }
        }
    }

    private final Browser browser;
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder answers = new LongAdder();
    private final LongAccumulator longest = new LongAccumulator(Long::max, 0);
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /**
     * Starts the clients.
     *
     * @param pause of each client between two requests
     * @param exchanges what each client does over and over
     */
    Traffic(Browser browser, int clients, Duration pause, List<Exchange> exchanges) {
        this.browser = browser;
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                for (int next = 0; !over; next = (next + 1) % exchanges.size()) {
                    send(exchanges.get(next));
                    rest(pause);
                }
            }));
        }
    }

    private void rest(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            over = true; // only we interrupt
        }
    }

    private void send(Exchange exchange) {
        long before = System.nanoTime();
        try {
            Browser.Answer answer = browser.send(exchange.path(), exchange.body());
            String body = new String(answer.body(), StandardCharsets.ISO_8859_1);
            if (answer.status() == 200 && body.equals(exchange.answer())) {
                answers.increment();
            } else {
                failures.add(exchange.path() + " " + answer.status() + " " + body.length() + " bytes");
            }
        } catch (Exception | AssertionError e) {
            failures.add(exchange.path() + " " + e);
        }
        longest.accumulate(System.nanoTime() - before);
    }

    /** Waits until that many more requests were answered. */
    void await(int more) throws Exception {
        long goal = answers.sum() + more;
        Await.until(more + " more answers", () -> answers.sum() >= goal);
    }

    /** Ends the clients. Returns what went wrong. */
    List<String> end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(failures);
    }

    /** {@return how many requests were sent} */
    long requests() {
        return answers.sum() + failures.size();
    }

    /** {@return the time of the slowest request} */
    Duration longest() {
        return Duration.ofNanos(longest.get());
    }

    @Override
    public void close() {
        over = true;
        threads.forEach(Thread::interrupt);
        browser.close();
    }
}
