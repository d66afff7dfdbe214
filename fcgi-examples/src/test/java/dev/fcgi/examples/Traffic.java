package dev.fcgi.examples;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Clients that send requests through nginx without a pause, and check every answer. */
final class Traffic implements AutoCloseable {
    private static final int CLIENTS = 16;
    private static final byte[] BODY = Content.random(20_000);

    private final Nginx nginx;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder answers = new LongAdder();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /**
     * Starts the clients.
     *
     * @param withPosts whether some requests have a body
     */
    Traffic(Nginx nginx, boolean withPosts) throws Exception {
        this.nginx = nginx;
        String pattern = new String(Content.pattern(50_000).readAllBytes(), StandardCharsets.US_ASCII);
        String sum = Content.sum(BODY);
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                while (!over) {
                    expect("hello\n", get("/hello"));
                    expect(pattern, get("/big?n=50000"));
                    expect("slept\n", get("/slow?ms=20"));
                    if (withPosts) {
                        expect(sum, request("/sum").POST(BodyPublishers.ofByteArray(BODY)).build());
                    }
                }
            }));
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(nginx.uri(path));
    }

    private HttpRequest get(String path) {
        return request(path).build();
    }

    private void expect(String body, HttpRequest request) {
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == 200 && answer.body().equals(body)) {
                answers.increment();
            } else {
                failures.add(request + " " + answer.statusCode() + " " + answer.body().length() + " bytes");
            }
        } catch (Exception e) {
            failures.add(request + " " + e);
        }
    }

    /** Waits until as many requests again were answered. */
    void await(int more) throws Exception {
        long goal = answers.sum() + more;
        Await.until(more + " more answers", () -> answers.sum() >= goal || !failures.isEmpty());
    }

    /** Ends the clients. Returns what went wrong. */
    List<String> end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(failures);
    }

    long answers() {
        return answers.sum();
    }

    @Override
    public void close() {
        over = true;
        client.shutdownNow();
    }
}
