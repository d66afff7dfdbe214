package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo of the image, as a visitor sees it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DemoIT {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/");
    private static final Pattern LINK = Pattern.compile("(?:href|action)=\"(/[^\"]*)\"");
    private static final Map<String, Integer> ERRORS = Map.of("/nowhere", 404, "/fail", 500);
    private static final String BACK = "<a href=\"/\">fcgi demo</a>";

    /** What cannot be seen or read on a page, one complaint on each line. */
    private static final String COMPLAINTS = """
            const complaints = [];
            const root = document.documentElement;
            if (root.scrollWidth > root.clientWidth) complaints.push('wider than the window: ' + root.scrollWidth);
            if (root.lang !== 'en') complaints.push('in no language');
            for (const field of document.querySelectorAll('input, select, textarea')) {
              if (field.labels.length === 0) complaints.push('without a label: ' + field.name);
            }
            const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
            const ground = element => {
              for (let e = element; e; e = e.parentElement) {
                const colour = numbers(getComputedStyle(e).backgroundColor);
                if (colour.length === 3 || colour[3] > 0) return colour;
              }
              return [255, 255, 255];
            };
            const luminance = colour => { // WCAG 2.2
              const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
              const [r, g, b] = colour.map(c => linear(c / 255));
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            let texts = 0;
            for (const element of document.body.querySelectorAll('*')) {
              if (element.closest('svg, script, noscript')) continue;
              if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
              const [one, other] = [numbers(getComputedStyle(element).color), ground(element)].map(luminance);
              const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
              if (contrast < 4.5) complaints.push('contrast ' + contrast + ': ' + element.textContent);
              texts++;
            }
            if (texts < 5) complaints.push('a page of ' + texts + ' texts');
            return complaints.join('\\n');
            """;

    @TempDir
    Path directory;

    private final HttpClient browser = HttpClient.newHttpClient();

    private HttpResponse<String> get(URI uri) throws Exception {
        return browser.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private Child start() throws Exception {
        Child demo = Child.start(directory, Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
                Image.program("demo"), "127.0.0.1:0");
        demo.awaitOutput("until Ctrl-C.\n");
        return demo;
    }

    private static URI home(Child demo) throws IOException {
        Matcher url = URL.matcher(demo.stdout());
        assertTrue(url.find(), demo.stdout());
        return URI.create(url.group());
    }

    @Test
    void showsItsPagesAndEnds() throws Exception {
        try (Child demo = start()) {
            URI home = home(demo);
            assertEquals("The demo is at " + home + " until Ctrl-C.\n", demo.stdout());
            assertEquals("", demo.stderr());

            String index = get(home).body();
            visitEveryPage(home, index + get(home.resolve("/call")).body());
            assertTrue(get(home.resolve("/call/hello")).body().contains("<pre>hello\n</pre>"));
            assertTrue(get(home.resolve("/call/loop")).body().contains("<pre>hello 127.0.0.1\n</pre>"));
            assertTrue(get(home.resolve("/call/authorizer?user=bob")).body().contains("<td>403 Forbidden</td>"));
            assertTrue(get(home.resolve("/call/throw?after=1000")).body().contains("The call failed"));
            assertEquals(Peer.areThere(Peer.PHP_FPM), get(home.resolve("/php")).body().contains("come from PHP"));
            signTheGuestbook(home);
            uploadTooMuch(home);

            demo.terminate();
            assertEquals(0, demo.exitStatus());
            assertEquals("", traces(demo.stderr()));
        }
        try (var left = Files.list(directory)) {
            assertFalse(left.anyMatch(file -> file.getFileName().toString().startsWith("fcgi-demo")));
        }
    }

    /** No link is broken, and each page has a way back. */
    private void visitEveryPage(URI home, String pages) throws Exception {
        Set<String> links = LINK.matcher(pages).results().map(link -> link.group(1).replace("&amp;", "&"))
                .collect(Collectors.toSet());
        assertTrue(links.size() > 25, pages);
        for (String link : links) {
            HttpResponse<String> page = get(home.resolve(link));
            assertEquals(ERRORS.getOrDefault(link, 200), page.statusCode(), link);
            assertTrue(link.endsWith(".css") || page.body().contains(BACK), link + page.body());
        }
    }

    private void uploadTooMuch(URI home) throws Exception {
        HttpResponse<String> refused = browser.send(HttpRequest.newBuilder(home.resolve("/upload"))
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofByteArray(new byte[5_000_001])).build(), BodyHandlers.ofString());
        assertEquals(413, refused.statusCode());
        assertTrue(refused.body().contains(BACK), refused.body());
    }

    @Test
    void looksWell() throws Exception {
        Peer.require(Peer.CHROMIUM, Peer.CHROMEDRIVER);
        try (Child demo = start(); Chromium chromium = Chromium.start(directory)) {
            URI home = home(demo);
            List<String> pages = new ArrayList<>(List.of("/", "/nowhere", "/call/authorizer?user=bob", "/call/params",
                    "/request?a=" + "long".repeat(100)));
            Page.MENU.forEach(link -> pages.add(link.path()));
            for (String page : pages) {
                for (int width : new int[] {1280, 380}) {
                    for (String scheme : List.of("light", "dark")) {
                        chromium.look(width, scheme);
                        chromium.open(home.resolve(page).toString());
                        assertEquals("", chromium.run(COMPLAINTS), page + ", " + width + ", " + scheme);
                    }
                }
                if (!page.equals("/nowhere")) { // the console tells of its status
                    assertEquals("[]", chromium.console(), page);
                }
                chromium.console();
                chromium.click("header a");
                await(chromium, "h1", "FastCGI for Java");
            }
        }
    }

    /** A stream that never ends: its browser is dropped at the end of the grace period, and the exit status says so. */
    @Test
    void whatItDropsShowsInItsExitStatus() throws Exception {
        try (Child demo = start()) {
            HttpRequest events = HttpRequest.newBuilder(home(demo).resolve("/events/live")).build();
            try (InputStream stream = browser.send(events, BodyHandlers.ofInputStream()).body()) {
                assertTrue(stream.read() >= 0);
                demo.terminate();
                assertEquals(3, demo.exitStatus(), demo.stderr());
            }
        }
    }

    @Test
    void worksInABrowser() throws Exception {
        Peer.require(Peer.CHROMIUM, Peer.CHROMEDRIVER);
        Path file = Files.writeString(directory.resolve("a.txt"), "hello");
        try (Child demo = start(); Chromium chromium = Chromium.start(directory)) {
            URI home = home(demo);
            chromium.open(home.resolve("/events").toString());
            await(chromium, "[data-event=started]", "[1-9][0-9]*");

            chromium.open(home.resolve("/request").toString());
            chromium.click("button[formmethod]");
            await(chromium, ".pairs td", "hello");

            chromium.open(home.resolve("/upload").toString());
            chromium.type("input", file.toString());
            chromium.click("button");
            await(chromium, ".pairs tr:last-child td",
                    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

            chromium.open(home.resolve("/cookie").toString());
            chromium.type("input", "Zoë; <b>");
            chromium.click("button");
            await(chromium, "code", "Zoë; <b>");
            chromium.click("button");
            await(chromium, "code", "no such element");
        }
    }

    /** A click may return before the page that it leads to is there. */
    private static void await(Chromium chromium, String selector, String expression) throws Exception {
        Await.until(selector + " is " + expression, () -> chromium.text(selector).matches(expression));
    }

    private void signTheGuestbook(URI home) throws Exception {
        URI guestbook = home.resolve("/guestbook");
        HttpResponse<String> signed = browser.send(HttpRequest.newBuilder(guestbook)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=Ann&message=was+here")).build(), BodyHandlers.ofString());
        assertEquals(303, signed.statusCode());
        assertEquals(guestbook, guestbook.resolve(signed.headers().firstValue("Location").orElseThrow()));
        String page = get(guestbook).body();
        assertTrue(page.contains("<b>Ann</b>: was here"), page);
        assertTrue(page.contains(BACK), page);
    }

    /** Standard error without what was asked for: the traces of /fail and /call/throw. */
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
