package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guestbook as visitors see it, run by real web servers as a FastCGI and as a plain CGI program. */
@ParameterizedClass
@EnumSource
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GuestbookIT {
    private static final String NAME = "Zoë \"Z\" <b>";
    private static final String ESCAPED_NAME = "Zoë &quot;Z&quot; &lt;b&gt;";
    private static final Pattern PICTURE = Pattern.compile("src=\"(\\?picture=[^\"]+)\"");

    @TempDir
    static Path directory;

    private static RunningGuestbook guestbook;
    private static HttpClient client;

    @Parameter
    GuestbookHost host;

    @BeforeParameterizedClassInvocation
    static void start(GuestbookHost host) throws Exception {
        if (!host.isThere()) {
            return;
        }
        Daemon.open(directory);
        Path own = Daemon.open(directory.resolve(host.name()));
        guestbook = host.start(own, Daemon.open(own.resolve("entries")));
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterParameterizedClassInvocation
    static void stop(GuestbookHost host) throws Exception {
        if (guestbook == null) {
            return;
        }
        try {
            client.close();
            int status = guestbook.stop();
            // spawn-fcgi has become the guestbook, and a JVM that is told to end by SIGTERM says so
            assertEquals(host == GuestbookHost.SPAWN_FCGI ? 128 + 15 : 0, status, guestbook::toString);
            assertFalse(guestbook.log().contains("guestbook:"), guestbook.log()); // its complaints
            assertFalse(guestbook.log().contains("Exception in thread"), guestbook.log());
        } finally {
            guestbook.close();
            guestbook = null;
        }
    }

    @BeforeEach
    void requireHost() {
        host.require();
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static HttpRequest.Builder get(URI uri) {
        return HttpRequest.newBuilder(uri);
    }

    private static HttpRequest.Builder post(String type, byte[] body) {
        return HttpRequest.newBuilder(guestbook.uri()).header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
    }

    private static HttpRequest.Builder form(String name, String message) {
        return post("application/x-www-form-urlencoded",
                ("name=" + encode(name) + "&message=" + encode(message)).getBytes(StandardCharsets.US_ASCII));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder multipart(String name, String message, String type, byte[] picture)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String head = """
                --frontier
                Content-Disposition: form-data; name="name"

                %s
                --frontier
                Content-Disposition: form-data; name="message"

                %s
                --frontier
                Content-Disposition: form-data; name="picture"; filename="../../été.png"
                Content-Type: %s

                """.replace("\n", "\r\n").formatted(name, message, type);
        body.write(head.getBytes(StandardCharsets.UTF_8));
        body.write(picture);
        body.write("\r\n--frontier--\r\n".getBytes(StandardCharsets.US_ASCII));
        return post("multipart/form-data; boundary=frontier", body.toByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static void assertRefused(int status, HttpRequest.Builder request) throws Exception {
        HttpResponse<byte[]> response = send(request);
        assertEquals(status, response.statusCode(), text(response));
        assertTrue(text(response).startsWith(status + " "), text(response));
    }

    @Test
    void aVisit() throws Exception {
        HttpResponse<byte[]> page = send(get(guestbook.uri()));
        assertEquals(200, page.statusCode(), text(page));
        assertEquals("text/html; charset=utf-8", page.headers().firstValue("Content-Type").orElse(null));
        assertTrue(text(page).contains("value=\"\""), text(page));

        byte[] picture = Content.random(300_000); // more than is kept in memory
        HttpResponse<byte[]> signed = send(multipart(NAME, "<script>\r\n&amp; 'x'", "image/png", picture));
        assertEquals(303, signed.statusCode(), text(signed));
        String location = signed.headers().firstValue("Location").orElseThrow();
        assertEquals(guestbook.uri().toString(), location);
        List<String> cookies = signed.headers().allValues("Set-Cookie");
        assertEquals(1, cookies.size(), cookies::toString);
        assertTrue(cookies.get(0).matches("name=[^; ]+; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"),
                cookies.get(0));

        String cookie = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
        String html = text(send(get(URI.create(location)).header("Cookie", "other=1; " + cookie)));
        assertTrue(html.contains("<p><b>" + ESCAPED_NAME + "</b>: &lt;script&gt;\r\n&amp;amp; 'x' <img "), html);
        assertTrue(html.contains("value=\"" + ESCAPED_NAME + "\""), html);
        assertFalse(html.contains("<script>"), html);
        assertFalse(html.contains("été"), html);

        Matcher link = PICTURE.matcher(html);
        assertTrue(link.find(), html);
        HttpResponse<byte[]> served = send(get(guestbook.uri().resolve("guestbook" + link.group(1))));
        assertEquals(200, served.statusCode());
        assertEquals("image/png", served.headers().firstValue("Content-Type").orElse(null));
        assertArrayEquals(picture, served.body());
    }

    @Test
    void twoEntriesInTheOrderOfTheirArrival() throws Exception {
        assertEquals(303, send(form("first", "1+1=2 ☺")).statusCode());
        assertEquals(303, send(form("second", "x")).statusCode());
        String html = text(send(get(guestbook.uri())));
        assertTrue(html.contains("<p><b>first</b>: 1+1=2 ☺</p>\n<p><b>second</b>: x</p>\n"), html);
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<byte[]> response = send(get(guestbook.uri()).method("HEAD", BodyPublishers.noBody()));
        assertEquals(200, response.statusCode());
        assertEquals(0, response.body().length);
        assertEquals("text/html; charset=utf-8", response.headers().firstValue("Content-Type").orElse(null));
    }

    @Test
    void badInput() throws Exception {
        assertRefused(400, form("", "message"));
        assertRefused(400, form("name", "   "));
        assertRefused(400, form("n".repeat(81), "message"));
        assertRefused(400, post("application/x-www-form-urlencoded", "name=a".getBytes(StandardCharsets.US_ASCII)));
        assertRefused(400, post("multipart/form-data; boundary=B",
                "--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx".getBytes(StandardCharsets.US_ASCII)));
        assertRefused(415, multipart("name", "message", "text/html", Content.random(100)));
        assertFalse(text(send(get(guestbook.uri()))).contains("message</p>"));
    }

    @Test
    void aBodyThatIsTooLarge() throws Exception {
        assertRefused(413, multipart("name", "message", "image/png", Content.random(5_000_000)));
        assertEquals(200, send(get(guestbook.uri())).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "entries", "../entries", "..%2Fentries", "%2Fetc%2Fpasswd", "..%5C..%5Centries", "",
        "00000000-0000-0000-0000-000000000000.image-png",
        "../../../../../../../../../etc/passwd.image-png", "..%252Fentries"
    })
    void noSuchPicture(String picture) throws Exception {
        assertRefused(404, get(URI.create(guestbook.uri() + "?picture=" + picture)));
    }

    @Test
    void aPictureWithANul() throws Exception {
        HttpResponse<byte[]> response = send(get(URI.create(guestbook.uri() + "?picture=entries%00.image-png")));
        // lighttpd does not let it through
        assertEquals(host == GuestbookHost.LIGHTTPD ? 400 : 404, response.statusCode());
    }
}
