package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program deployed as docs/operations.md says, nginx before it, under load: a handler that sleeps, one that fails, a
 * web server that goes away and a full table of requests. Each shows wherever an operator looks: on the status page, in
 * metrics, logs, the stack of a slow handler, the flight recording and {@code fcgi top}.
 */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DeployedFaultsIT {
    private static final int PERMITS = 4;

    @TempDir
    private Path directory;

    private final HttpClient browser = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private DeployedApp app;
    private Child program;
    private Nginx nginx;
    private long slowRequests;
    private volatile boolean loaded = true;

    @BeforeEach
    void install() throws Exception {
        app = DeployedApp.install(directory);
        app.sleepUntilWoken();
    }

    @AfterEach
    void closeBrowser() {
        browser.shutdownNow();
    }

    /** With the ids and the status page that docs/operations.md has for nginx. */
    private String site(int port) {
        return """
                  log_format ids '$request_id $request_uri $status';
                  server {
                    listen 127.0.0.1:%1$d;
                    access_log %2$s/nginx.log ids;
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_param SCRIPT_NAME $uri;
                    fastcgi_param REQUEST_URI $request_uri;
                    fastcgi_param SERVER_PROTOCOL $server_protocol;
                    fastcgi_param REMOTE_ADDR $remote_addr;
                    fastcgi_param REQUEST_ID $request_id;
                    location / { fastcgi_pass unix:%2$s/app.sock; }
                    %3$s
                  }
                """.formatted(port, directory, app.location().replace("/run/app-status", directory.toString()));
    }

    @Test
    void eachShowsEverywhere() throws Exception {
        Peer.require(Peer.NGINX);
        try (Child started = app.start(); Nginx front = Nginx.start(directory, this::site)) {
            program = started;
            nginx = front;
            Thread load = Thread.startVirtualThread(this::load);
            try {
                aHandlerFails();
                aHandlerSleeps();
                allPermitsAreTaken();
                theWebServerGoesAway();
            } finally {
                loaded = false;
                load.join();
            }
            slowRequests = Long.parseLong(first("slow requests: +(\\d+)", app.status("")));
            assertTrue(slowRequests >= 1 + PERMITS, "and that of the web server that went away, perhaps");
            program.terminate();
            assertEquals(143, program.exitStatus());
        }
        checkRecording();
    }

    /** Requests of another web server, one after the other; some are refused. */
    private void load() {
        try (RawConnection connection = RawConnection.open(app.address())) {
            while (loaded) {
                connection.send(RawConnection.RESPONDER, true, RawConnection.environment("/load", ""), new byte[0], null);
                connection.reply();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1)); // as many as the other programs can read
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- what is looked at

    private CompletableFuture<Integer> visit(String path) {
        return browser.sendAsync(HttpRequest.newBuilder(nginx.uri(path)).build(), BodyHandlers.ofString())
                .thenApply(response -> response.statusCode());
    }

    /** The status page as a browser gets it. */
    private String page(String query) throws Exception {
        return browser.send(HttpRequest.newBuilder(nginx.uri("/status?" + query)).build(), BodyHandlers.ofString()).body();
    }

    private String top() throws Exception {
        return app.output(0, "fcgi top unix:status.sock -n 1");
    }

    private static long count(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().count();
    }

    private static String first(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertTrue(found.find(), pattern + "\n" + text);
        return found.group(1);
    }

    private void awaitMetric(String pattern) throws Exception {
        Pattern line = Pattern.compile("(?m)^" + pattern + "$");
        Await.until(pattern, () -> line.matcher(app.status("openmetrics")).find());
    }

    private void awaitLog(String part) throws Exception {
        Await.until(part, () -> program.stderr().contains(part));
    }

    private List<String> accessLog() throws IOException {
        return Files.readAllLines(directory.resolve("access.log"));
    }

    // ---- the faults

    private void aHandlerFails() throws Exception {
        assertEquals(500, visit("/fail").get());
        awaitMetric("fcgi_handlers_failed_total.* 1");
        awaitMetric("fcgi_requests_total.*outcome=\"failed\".* 1");
        String html = page("html");
        assertTrue(html.contains("<b>1</b>handlers failed") && html.contains("<th>failed</th><td>1</td>"), html);
        // nginx, our log, the access log tell of the same request
        Await.until("nginx logs", () -> Files.readString(directory.resolve("nginx.log")).contains("/fail"));
        String id = first("(?m)^(\\S+) /fail 500$", Files.readString(directory.resolve("nginx.log")));
        awaitLog("id " + id);
        String log = program.stderr();
        assertTrue(log.contains("as asked for") && log.contains("at App.respond(App.java:"), log);
        String connection = first("handler failed: request 1 of .*\\(connection (\\d+)\\), GET /fail for 127.0.0.1, id " + id,
                log);
        Await.until("it is written", () -> accessLog().stream().anyMatch(line -> line.contains("/fail")));
        assertTrue(accessLog().stream().anyMatch(line ->
                line.matches("127\\.0\\.0\\.1 .* \"GET /fail HTTP/1\\.1\" 500 .* " + connection + "/1 FAILED " + id)));
    }

    private void aHandlerSleeps() throws Exception {
        CompletableFuture<Integer> asleep = visit("/sleep");
        awaitMetric("fcgi_slow_requests_total.* 1");
        String full = page("full");
        assertTrue(full.contains("slow requests:        1\n"), full);
        String pid = first("pid: +(\\d+)\nstate: +Running\n(?:.*\n){3}request duration: +\\d{7}\n.*\nrequest URI: +/sleep\n",
                full);
        String html = page("html");
        String id = first("<td>" + Long.parseLong(pid) / 100_000 + "/1</td><td>[2-9]?\\d\\.\\d{3}</td><td>GET</td>"
                + "<td class=\"uri\">/sleep</td><td>Running</td><td>127.0.0.1</td><td>([0-9a-f]+)</td>", html);
        awaitLog(", GET /sleep for 127.0.0.1, id " + id);
        String log = program.stderr();
        String stack = log.substring(log.indexOf("slow request, after "));
        assertTrue(stack.contains("Thread.sleep") && stack.contains("at App.respond(App.java:"), stack);
        assertTrue(count(top(), "(?m)^ +" + pid + "  Running +\\d\\.\\d+  GET +/sleep$") == 1, top());
        Await.until("it is in the last buckets", () ->
                Long.parseLong(first("request duration: +(\\d+)\n.*\nrequest URI: +/sleep\n", app.status("full"))) > 3_000_000);
        app.wake();
        assertEquals(200, asleep.get());
        app.sleepAgain();
        // the line of a successful request is tied to that of nginx, too
        Await.until("nginx logs", () -> Files.readString(directory.resolve("nginx.log")).contains(id + " /sleep 200\n"));
        Await.until("it is written", () -> accessLog().stream().anyMatch(line ->
                line.matches("127\\.0\\.0\\.1 .* \"GET /sleep HTTP/1\\.1\" 200 .*/1 COMPLETED " + id)));
        Await.until("one has taken as long", () -> {
            String metrics = app.status("openmetrics");
            return Long.parseLong(first("le=\"\\+Inf\"} (\\d+)", metrics)) - Long.parseLong(first("le=\"2.5\"} (\\d+)", metrics)) == 1;
        });
    }

    private void allPermitsAreTaken() throws Exception {
        long refused = Long.parseLong(first("outcome=\"over_max_requests\"} (\\d+)", app.status("openmetrics")));
        Await.until("all sleep", () -> {
            long asleep = count(app.status("full"), "request URI: +/sleep\n");
            if (asleep < PERMITS) {
                visit("/sleep"); // refused, too, when the load has the last permit
            }
            return asleep == PERMITS;
        });
        assertEquals(503, visit("/hello").get());
        String text = page("");
        assertTrue(text.contains("idle processes:       0\nactive processes:     4\ntotal processes:      4\n"), text);
        assertTrue(Long.parseLong(first("max children reached: (\\d+)", text)) > refused, text);
        String metrics = app.status("openmetrics");
        assertTrue(Long.parseLong(first("outcome=\"over_max_requests\"} (\\d+)", metrics)) > refused, metrics);
        assertTrue(metrics.contains("fcgi_active_requests{pool=\"unix:app.sock\"} 4\n"), metrics);
        awaitLog("WARNING: maxRequests 4 reached, refused: request 1 of ");
        String table = top();
        assertTrue(table.contains("; 4 of 4 active, at most 4; ") && count(table, "/sleep\n|/sleep$") == PERMITS, table);
        assertTrue(accessLog().stream().anyMatch(line -> line.matches(".*\"GET /hello HTTP/1\\.1\" 503 .* OVER_MAX_REQUESTS [0-9a-f]{32}")));
        Await.until("the stacks of those who have them", () -> count(program.stderr(), "slow request, after ") == 1 + PERMITS);
        app.wake();
        Await.until("they are over", () -> count(app.status("full"), "request URI: +/sleep\n") == 0);
    }

    private void theWebServerGoesAway() throws Exception {
        app.sleepAgain();
        visit("/sleep");
        Await.until("it runs", () -> app.status("full").contains("/sleep\n") && top().contains("/sleep"));
        nginx.close();
        awaitMetric("fcgi_requests_total.*outcome=\"connection_lost\"} 1");
        assertTrue(app.status("html").contains("<th>connection lost</th><td>1</td>"));
        assertTrue(!app.status("full").contains("/sleep\n") && !top().contains("/sleep"));
        Await.until("it is written", () -> accessLog().stream().anyMatch(line ->
                line.matches(".*\"GET /sleep HTTP/1\\.1\" 499 0 .* CONNECTION_LOST [0-9a-f]{32}")));
    }

    private void checkRecording() throws Exception {
        String id = first("(?m)^(\\S+) /fail 500$", Files.readString(directory.resolve("nginx.log")));
        List<Map<String, String>> requests = recorded("dev.fcgi.Request");
        assertEquals(accessLog().size(), requests.size());
        List<Map<String, String>> failed = with(requests, "outcome", "FAILED");
        assertEquals(1, failed.size());
        assertEquals("/fail " + id + " java.lang.IllegalStateException 500", failed.get(0).get("uri") + ' '
                + failed.get(0).get("webServerId") + ' ' + failed.get(0).get("failure") + ' ' + failed.get(0).get("status"));
        List<Map<String, String>> lost = with(requests, "outcome", "CONNECTION_LOST");
        assertEquals(1, lost.size());
        assertEquals("/sleep", lost.get(0).get("uri"));
        assertTrue(!with(requests, "outcome", "OVER_MAX_REQUESTS").isEmpty());
        List<Map<String, String>> slept = with(with(requests, "uri", "/sleep"), "outcome", "COMPLETED");
        assertEquals(1 + PERMITS, slept.size());
        for (Map<String, String> sleep : slept) {
            assertTrue(sleep.get("handlerTime").matches("[1-9]\\d*\\.\\d+ s"), sleep.get("handlerTime"));
        }
        String slow = app.output(0, "jfr print --events dev.fcgi.SlowRequest app.jfr");
        assertEquals(slowRequests, count(slow, "App\\.respond\\(App\\.java:"));
    }

    private List<Map<String, String>> recorded(String event) throws Exception {
        List<Map<String, String>> events = new ArrayList<>();
        for (String text : app.output(0, "jfr print --events " + event + " app.jfr").split("(?m)^" + event + " \\{$")) {
            Map<String, String> fields = new HashMap<>();
            Pattern.compile("(?m)^  (\\w+) = \"?(.*?)\"?$").matcher(text).results()
                    .forEach(field -> fields.put(field.group(1), field.group(2)));
            events.add(fields);
        }
        return events.subList(1, events.size());
    }

    private static List<Map<String, String>> with(List<Map<String, String>> events, String field, String value) {
        return events.stream().filter(event -> value.equals(event.get(field))).toList();
    }
}
