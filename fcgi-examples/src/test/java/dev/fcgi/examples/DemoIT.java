package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo of the image as a visitor sees it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DemoIT {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/");
    private static final Pattern LINK = Pattern.compile("(?:href|action)=\"(/[^\"]*)\"");

    @TempDir
    Path directory;

    private final HttpClient browser = HttpClient.newHttpClient();

    private HttpResponse<String> get(URI uri) throws Exception {
        return browser.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @Test
    void showsItsPagesAndEnds() throws Exception {
        Map<String, String> environment = Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory);
        try (Child demo = Child.start(directory, environment, Image.program("demo"), "127.0.0.1:0")) {
            demo.awaitOutput("until Ctrl-C.");
            Matcher url = URL.matcher(demo.stdout());
            assertTrue(url.find(), demo.stdout());
            URI home = URI.create(url.group());

            HttpResponse<String> index = get(home);
            assertEquals(200, index.statusCode());
            assertEquals("hello\n", get(home.resolve("/hello")).body());
            visitEveryPage(home, index.body());
            signTheGuestbook(home);

            demo.terminate();
            assertEquals(0, demo.exitStatus());
            assertEquals("", traces(demo.stderr()));
        }
        try (var left = Files.list(directory)) {
            assertFalse(left.anyMatch(file -> file.getFileName().toString().startsWith("fcgi-demo")));
        }
    }

    /** No link of the index leads nowhere. */
    private void visitEveryPage(URI home, String index) throws Exception {
        Matcher links = LINK.matcher(index);
        int count = 0;
        for (; links.find(); count++) {
            String link = links.group(1).replace("&amp;", "&").replaceAll("ms=\\d+", "ms=1");
            if (!link.startsWith("/throw") && !link.startsWith("/status")) {
                int status = get(home.resolve(link)).statusCode();
                assertTrue(status < 400, link + ": " + status);
            }
        }
        assertTrue(count > 15, index);
        assertEquals(404, get(home.resolve("/status?code=404")).statusCode());
        assertEquals(500, get(home.resolve("/throw")).statusCode());
    }

    private void signTheGuestbook(URI home) throws Exception {
        URI guestbook = home.resolve("/guestbook");
        HttpResponse<String> signed = browser.send(HttpRequest.newBuilder(guestbook)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=Ann&message=was+here")).build(), BodyHandlers.ofString());
        assertEquals(303, signed.statusCode());
        assertEquals(guestbook, guestbook.resolve(signed.headers().firstValue("Location").orElseThrow()));
        assertTrue(get(guestbook).body().contains("<b>Ann</b>: was here"));
    }

    /** Standard error without what was asked for: the trace of /throw, the output of /stderr. */
    private static String traces(String stderr) {
        return stderr.lines().filter(line -> line.startsWith("demo: ")).reduce("", String::concat);
    }

    @Test
    void aPortInUseIsOneClearLine() throws Exception {
        try (ServerSocket socket = new ServerSocket(0);
                Child demo = Child.start(directory, Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
                        Image.program("demo"), "127.0.0.1:" + socket.getLocalPort())) {
            assertEquals(1, demo.exitStatus());
            assertTrue(demo.stderr().matches("demo: cannot listen on .*\n"), demo.stderr());
        }
    }
}
