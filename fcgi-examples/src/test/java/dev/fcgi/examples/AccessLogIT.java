package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.AccessLog;
import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compares the access log with that of PHP-FPM for the same format and requests, and tools that read it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AccessLogIT {
    private static final String FORMAT = "%R - %u %t \"%m %r%Q%q\" %s %{REMOTE_ADDR}e %{HTTP_X}e %{X-Foo}o %{X-Bar}o l=%l "
            + "f=%f n=%n d=%d %{milli}d %{micro}d M=%M %{kilo}M C=%C %{user}C %% p=%p %P T=%T %{%Y-%m-%d}t";
    private static final String PAGE = """
            <?php
            $query = $_SERVER['QUERY_STRING'];
            header('X-Foo: one two');
            if (strpos($query, '404') !== false) http_response_code(404);
            if (strpos($query, 'away') !== false) header('Location: http://a.test/');
            file_get_contents('php://input');
            echo "page\\n";
            """;

    @TempDir
    private Path directory;

    /** The same page in Java. */
    private static void page(Request request) throws IOException {
        String query = request.meta("QUERY_STRING", "");
        String head = query.contains("404") ? "Status: 404 Not Found\r\n" : "";
        head += query.contains("away") ? "Status: 302 Found\r\nLocation: http://a.test/\r\n" : "";
        request.stdin().readAllBytes();
        request.stdout().write((head + "X-Foo: one two\r\nContent-Type: text/html\r\n\r\npage\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private Map<String, String> get(String query, String... more) {
        Map<String, String> params = new LinkedHashMap<>(RawConnection.environment("/page.php", query));
        params.put("SCRIPT_FILENAME", directory.resolve("page.php").toString());
        params.put("REQUEST_URI", "/pretty?" + query);
        params.put("REMOTE_ADDR", "192.0.2.7");
        for (int i = 0; i < more.length; i += 2) {
            params.put(more[i], more[i + 1]);
        }
        return params;
    }

    private List<Map<String, String>> requests() {
        List<Map<String, String>> requests = new ArrayList<>();
        requests.add(get(""));
        requests.add(get("a=1&b=%20%0a+'<x>"));
        requests.add(get("404", "HTTP_X", "some words"));
        requests.add(get("away", "REMOTE_USER", "alice"));
        requests.add(get(new String("é".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1), "HTTP_AUTHORIZATION", "Basic Ym9iOnBhc3M="));
        requests.add(get("", "HTTP_AUTHORIZATION", "basic YWRhOng6eQ=="));
        requests.add(get("", "HTTP_AUTHORIZATION", "Bearer Ym9iOnBhc3M="));
        requests.add(get("", "REQUEST_METHOD", "HEAD"));
        requests.add(get("", "REQUEST_METHOD", "POST", "CONTENT_LENGTH", "5", "CONTENT_TYPE", "text/plain"));
        requests.add(get("", "REQUEST_METHOD", "DELETE", "CONTENT_LENGTH", ""));
        requests.add(get("q", "PATH_INFO", "/more/path"));
        return requests;
    }

    /** Sends all, each after the line of the previous one was written, which is after its response. */
    private void send(String address, Path log) throws Exception {
        int sent = 0;
        for (Map<String, String> params : requests()) {
            try (RawConnection connection = RawConnection.open(address)) {
                byte[] body = new byte[params.get("REQUEST_METHOD").equals("POST") ? 5 : 0];
                connection.send(RawConnection.RESPONDER, false, params, body, null);
                connection.reply();
            }
            awaitLines(log, ++sent);
        }
    }

    private static void awaitLines(Path log, int count) throws Exception {
        Await.until("the line is written",
                () -> Files.exists(log) && Files.readAllLines(log, StandardCharsets.ISO_8859_1).size() == count);
    }

    private static List<String> comparable(Path log) throws Exception {
        return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
                .map(line -> line.replaceAll("\\d\\d/[A-Z][a-z][a-z]/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "TIME")
                        .replaceAll("\\d{4}-\\d\\d-\\d\\d", "DAY")
                        .replaceAll("d=\\d+\\.\\d{3} \\d+\\.\\d{3} \\d+ ", "d=DURATION ")
                        .replaceAll("M=\\d+ \\d+ ", "M=MEMORY ")
                        .replaceAll("C=\\d+\\.\\d\\d \\d+\\.\\d\\d ", "C=CPU ")
                        .replaceAll("p=\\d+ \\d+ ", "p=PIDS "))
                .toList();
    }

    @Test
    void theLinesAreThoseOfPhpFpm() throws Exception {
        Peer.require(Peer.PHP_FPM);
        Files.writeString(directory.resolve("page.php"), PAGE);
        Path theirs = directory.resolve("fpm.log");
        Path ours = directory.resolve("ours.log");
        try (PhpFpm fpm = PhpFpm.start(directory, "pm = static\npm.max_children = 1\naccess.log = " + theirs
                + "\naccess.format = '" + FORMAT + "'")) {
            send(fpm.address(), theirs);
        }
        try (AccessLog log = AccessLog.builder().pool("pool").format(FORMAT).open(ours);
                FcgiServer server = FcgiServer.builder().listen("unix:" + directory.resolve("ours.sock")).listener(log)
                        .responder(AccessLogIT::page).build().start()) {
            send("unix:" + directory.resolve("ours.sock"), ours);
            assertEquals(requests().size(), server.stats().requestsStarted());
        }
        List<String> expected = comparable(theirs);
        assertTrue(expected.get(0).contains("d=DURATION M=MEMORY C=CPU % p=PIDS T=TIME DAY"), expected.get(0));
        assertEquals(String.join("\n", expected), String.join("\n", comparable(ours)));
    }

    /** PHP-FPM's default, and the Common Log Format of web servers. */
    @Test
    void goaccessReadsThem() throws Exception {
        String goaccess = Peer.GOACCESS.path();
        Path plain = directory.resolve("default.log");
        Path common = directory.resolve("common.log");
        try (AccessLog one = AccessLog.builder().open(plain);
                AccessLog other = AccessLog.builder().format("%{REMOTE_ADDR}e - %{REMOTE_USER}e [%t] "
                        + "\"%m %{REQUEST_URI}e %{SERVER_PROTOCOL}e\" %s %B").open(common);
                FcgiServer server = FcgiServer.builder().listen(0).listener(one).listener(other)
                        .responder(AccessLogIT::page).build().start()) {
            send("127.0.0.1:" + server.addresses().get(0).toString().replaceAll(".*:", ""), common);
        }
        read(goaccess, plain, "%h - %^ %d:%t %^ \"%m %U\" %s", "--date-format=%d/%b/%Y", "--time-format=%T");
        read(goaccess, common, "COMMON");
    }

    private void read(String goaccess, Path log, String format, String... more) throws Exception {
        Path report = directory.resolve("report.json");
        List<String> command = new ArrayList<>(List.of(goaccess, log.toString(), "--no-global-config",
                "--log-format=" + format, "-o", report.toString()));
        command.addAll(List.of(more));
        try (Child child = Child.start(directory, Map.of(), command.toArray(String[]::new))) {
            assertEquals(0, child.exitStatus(), child.stderr());
        }
        String json = Files.readString(report).replaceAll("\\s", "");
        assertTrue(json.contains("\"total_requests\":" + requests().size() + ",\"valid_requests\":" + requests().size()
                + ",\"failed_requests\":0,"), json.substring(0, Math.min(600, json.length())));
    }
}
