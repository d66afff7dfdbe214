package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Filter;
import dev.fcgi.Request;
import dev.fcgi.Responder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser receives of an application's response. */
final class GatewayResponseTest extends GatewayTest {

    private static Responder saying(String text) {
        return request -> print(request, text);
    }

    private HttpReply response(String text) throws IOException {
        serve(saying(text.replace("\\n", "\n")));
        return get("/x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Content-Type: a/b\\n\\nbody                                  | 200 | body
            Status: 404 Gone Fishing\\nContent-Type: a/b\\n\\nbody       | 404 | body
            HTTP/1.1 201 Created\\nContent-Type: a/b\\n\\nbody           | 201 | body
            Status: 204\\n\\nbody                                        | 204 | ''
            Status: 205\\nContent-Length: 4\\n\\nbody                    | 205 | ''
            Status: 304\\nContent-Length: 9\\n\\n                        | 304 | ''
            Status: 500\\n\\n                                            | 500 | ''
            Content-Type: a/b\\nContent-Length: 0\\n\\n                  | 200 | ''
            Status: 200\\n\\n                                            | 200 | ''
            Status: 302\\nLocation: /else\\n\\n                          | 302 | ''
            Location: http://else/\\n\\n                                 | 302 | ''
            Location: //else/\\n\\n                                      | 302 | ''
            Location: http://else/a b\\n\\n                              | 302 | ''
            Status: 302\\nLocation: /a b\\n\\n                           | 302 | ''
            Status: 201\\nLocation: /new\\n\\n                           | 201 | ''
            Status: 301\\nLocation: /x\\nContent-Type: a/b\\n\\ngo there | 301 | go there
            """)
    void statusAndBody(String text, int status, String body) throws Exception {
        HttpReply reply = response(text);
        assertEquals(status, reply.status());
        assertEquals(body, reply.body());
        assertTrue(reply.complete());
        if (text.contains("Location")) {
            assertTrue(text.contains("Location: " + reply.header("Location") + "\\n"), reply.toString());
        }
    }

    @Test
    void headers() throws Exception {
        HttpReply reply = response("""
                Content-Type: a/b
                Set-Cookie: a=1
                Set-Cookie: b=2
                X-Text: gr\u00fcn
                Connection: keep-alive, x-mine
                Keep-Alive: timeout=99
                X-Mine: mine
                Transfer-Encoding: chunked
                Upgrade: nonsense
                Proxy-Authenticate: nonsense
                X-CGI-Secret: secret
                X-Accel-Buffering: no
                ETag: "x"

                body""");
        assertEquals("a=1;b=2", reply.header("Set-Cookie"));
        assertEquals("gr\u00c3\u00bcn", reply.header("X-Text"));
        assertEquals("\"x\"", reply.header("ETag"));
        assertEquals("a/b", reply.header("Content-Type"));
        assertEquals("chunked", reply.header("Transfer-Encoding")); // once: our own
        assertEquals("body", reply.body());
        for (String name : new String[] {"Keep-Alive", "X-Mine", "Upgrade", "Proxy-Authenticate", "X-CGI-Secret",
            "X-Accel-Buffering", "Status"}) {
            assertNull(reply.header(name), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no header at all", "", "Status: 99\\n\\n", "Status: 100\\n\\n", "Status: 101\\n\\n",
        "Status: 600\\n\\n", "Status: x\\n\\n", "X-A: b", "X A: b\\n\\n", "X-A: b\\rX-B: c\\n\\n", "X-A: \u0001\\n\\n",
        "X-A: \u007f\\n\\n", ": b\\n\\n", "(): b\\n\\n", "Location: /a/../b\\n\\n", "Location: /%00\\n\\n",
        "X-Sendfile: /etc/passwd\\n\\n", "X-Accel-Redirect: /x\\n\\n"})
    void whatIsNoResponse(String text) throws Exception {
        HttpReply reply = response(text.replace("\\r", "\r"));
        assertEquals(502, reply.status());
        assertEquals("502 Bad Gateway\n", reply.body());
        assertTrue(log.has(line -> line.startsWith("WARNING GET /x: 502: ")), log.lines()::toString);
    }

    @Test
    void theBytesOfHeadersStayWhatTheyAre() throws Exception {
        String value = "\"gr\u00fcn \u00c3\u00bc \u0085 \u00a0\u00a0";
        serve(request -> request.stdout().write(("Content-Type: a/b\nX-Text: " + value + "\n\t" + value
                + "\nSet-Cookie: a=\u00e4\n\nbody").getBytes(StandardCharsets.ISO_8859_1)));
        Socket socket = connect();
        send(socket, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(all.contains("\r\nX-text: " + value + " " + value + "\r\n"), all);
        assertTrue(all.contains("\r\nSet-cookie: a=\u00e4\r\n"), all);
    }

    @ParameterizedTest
    @CsvSource({"+4", "\u0664", "0x4", "4 4", "''"})
    void whatIsNoLengthIsNone(String length) throws Exception {
        HttpReply reply = response("Content-Type: a/b\nContent-Length: " + length + "\n\nbody");
        assertEquals("body", reply.body());
        assertNull(reply.header("Content-Length"));
    }

    @Test
    void aBodyWithoutATypeIsNeverHtml() throws Exception {
        serve(request -> print(request, request.params().get("QUERY_STRING", "") + "\n\n<script>"));
        for (String header : new String[] {"X-A:b", "Content-Length:8"}) {
            HttpReply reply = get("/?" + header);
            assertEquals("text/plain", reply.header("Content-Type"));
            assertEquals("<script>", reply.body());
        }
    }

    @Test
    void ofSeveralTypesTheLastIsSent() throws Exception { // as nginx and Caddy do
        HttpReply reply = response("Content-Type: text/html\nContent-Type: text/plain\n\n<script>");
        assertEquals("text/plain", reply.header("Content-Type"));
    }

    @Test
    void aKnownLengthIsPassedOn() throws Exception {
        HttpReply reply = response("Content-Type: a/b\nContent-Length: 4\n\nbody");
        assertEquals("4", reply.header("Content-Length"));
        assertNull(reply.header("Transfer-Encoding"));
        assertEquals("body", reply.body());
    }

    @Test
    void aBodyThatIsTooShortIsCut() throws Exception {
        CountDownLatch head = gate();
        serve(request -> {
            print(request, "Content-Type: a/b\nContent-Length: 5\n\n");
            request.stdout().flush();
            await(head);
            print(request, "body");
        });
        Socket socket = connect();
        send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        InputStream in = socket.getInputStream();
        int first = in.read(); // so the response has begun
        head.countDown();
        InputStream all = new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) first}), in);
        HttpReply reply = HttpReply.read(all, false);
        assertFalse(reply.complete());
        assertTrue(log.has(line -> line.contains("502: ")), log.lines()::toString);
    }

    /** A newline after the closing tag of PHP: the browser gets what was announced. */
    @Test
    void aBodyThatIsTooLongEndsWhereItWasAnnounced() throws Exception {
        HttpReply reply = response("Content-Type: a/b\nContent-Length: 4\n\nbody\n");
        assertEquals(200, reply.status());
        assertEquals("body", reply.body());
        assertTrue(reply.complete());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 4\n", ""})
    void headHasNoBody(String length) throws Exception {
        serve(saying("Content-Type: a/b\n" + length + "\nbody"));
        Socket socket = connect();
        for (int i = 0; i < 3; i++) {
            send(socket, "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
            HttpReply reply = HttpReply.read(socket.getInputStream(), true);
            assertEquals(200, reply.status());
            assertEquals(length.isEmpty() ? null : "4", reply.header("Content-Length"));
        }
    }

    @Test
    void headOfAnErrorHasNoBody() throws Exception {
        serve(saying(""));
        Socket socket = connect();
        for (int i = 0; i < 2; i++) {
            send(socket, "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(502, HttpReply.read(socket.getInputStream(), true).status());
        }
    }

    @Test
    void headOfAnEndlessResponseEnds() throws Exception {
        CountDownLatch aborted = gate();
        serve(request -> {
            request.onAbort(aborted::countDown);
            print(request, "Content-Type: a/b\n\n");
            while (true) {
                print(request, "x".repeat(8192));
                request.stdout().flush();
            }
        });
        assertEquals(200, exchange("HEAD / HTTP/1.1\nHost: a").status());
        await(aborted);
    }

    @Test
    void aBodiless204OfAnApplicationThatReadsOn() throws Exception {
        CountDownLatch all = gate();
        serve(request -> {
            print(request, "Status: 204\n\n");
            request.stdout().flush();
            if (request.stdin().readAllBytes().length == 100_000) {
                all.countDown();
            }
        });
        String body = "x".repeat(100_000);
        assertEquals(204, exchange("POST / HTTP/1.1\nHost: a\nContent-Length: 100000\n\n" + body).status());
        await(all);
    }

    @Test
    void outputGoesOutAsItArrives() throws Exception {
        CountDownLatch head = gate();
        CountDownLatch first = gate();
        CountDownLatch second = gate();
        serve(request -> {
            print(request, "Content-Type: text/event-stream\n\n");
            request.stdout().flush();
            await(head);
            event(request, 1);
            await(first);
            event(request, 2);
            await(second);
        });
        Socket socket = connect();
        send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        InputStream in = socket.getInputStream();
        assertEquals("HTTP/1.1 200 OK", HttpReply.line(in));
        while (!HttpReply.line(in).isEmpty()) {
            continue;
        }
        head.countDown();
        assertEquals("9", HttpReply.line(in));
        assertEquals("data: 1", HttpReply.line(in));
        first.countDown();
        assertEquals("", HttpReply.line(in) + HttpReply.line(in));
        assertEquals("9", HttpReply.line(in));
        assertEquals("data: 2", HttpReply.line(in));
        second.countDown();
        assertEquals("", HttpReply.line(in) + HttpReply.line(in));
        assertEquals("0", HttpReply.line(in));
    }

    private static void event(Request request, int number) throws IOException {
        print(request, "data: " + number + "\n\n");
        request.stdout().flush();
    }

    @Test
    void bigResponses() throws Exception {
        String part = "0123456789".repeat(1000);
        serve(request -> {
            print(request, "Content-Type: a/b\n\n");
            for (int i = 0; i < 2000; i++) {
                print(request, part);
            }
        });
        HttpReply reply = get("/");
        assertTrue(reply.complete());
        assertEquals(20_000_000, reply.body().length());
        assertEquals(part, reply.body().substring(19_990_000));
    }

    @Test
    void http10GetsTheEndOfTheConnectionForTheEnd() throws Exception {
        serve(saying("Content-Type: a/b\n\nbody"));
        HttpReply reply = exchange("GET / HTTP/1.0\nHost: a");
        assertNull(reply.header("Transfer-Encoding"));
        assertEquals("body", reply.body());
    }

    // ---- local redirects

    @Test
    void aLocalRedirectIsFollowedInternally() throws Exception {
        serve(request -> {
            if (request.meta("PATH_INFO").equals("/from")) {
                print(request, "Location: /t%6f?a=b#p\u00c5rt#\n\n"); // in UTF-8 with 85, a line end to Java
            } else {
                params(request);
            }
        });
        String params = exchange("POST /from HTTP/1.1\nHost: a\nContent-Type: x/y\nContent-Length: 3\n\nabc").body();
        assertTrue(params.contains("\nPATH_INFO=/to\n"), params);
        assertTrue(params.contains("\nQUERY_STRING=a=b\n"), params);
        assertTrue(params.contains("\nREQUEST_URI=/t%6f?a=b\n"), params);
        assertTrue(params.contains("\nREQUEST_METHOD=GET\n"), params);
        assertFalse(params.contains("CONTENT_"), params);
    }

    @Test
    void aLocalRedirectWithWhatAUrlDoesNotHave() throws Exception {
        serve(request -> {
            if (request.meta("PATH_INFO").equals("/from")) {
                print(request, "Location: /a b/gr\u00fcn?c d\n\n");
            } else {
                params(request);
            }
        });
        String params = get("/from").body();
        assertTrue(params.contains("\nPATH_INFO=/a b/gr\u00c3\u00bcn\n"), params);
        assertTrue(params.contains("\nREQUEST_URI=/a%20b/gr%c3%bcn?c%20d\n"), params);
    }

    @Test
    void aLocalRedirectToAFile() throws Exception {
        write("go.php", "source");
        write("plain.txt", "plain");
        write(".env", "secret");
        serve(request -> print(request, "Location: /" + request.meta("QUERY_STRING") + "\n\n"),
                builder -> builder.documentRoot(root));
        assertEquals("plain", get("/go.php?plain.txt").body());
        assertEquals("plain", exchange("POST /go.php?plain.txt HTTP/1.1\nHost: a").body());
        assertEquals(404, get("/go.php?.env").status());
        assertEquals(200, exchange("HEAD /go.php?plain.txt HTTP/1.1\nHost: a").status());
    }

    @Test
    void localRedirectsInACircleEnd() throws Exception {
        serve(saying("Location: /again\n\n"));
        assertEquals(502, get("/").status());
        assertEquals(11, application.stats().requestsStarted());
    }

    // ---- files that an application has sent

    private void sender() throws IOException {
        write("send.php", "source");
        write("plain.txt", "plain");
        write(".protected/with space.txt", "protected");
        java.nio.file.Files.writeString(directory.resolve("outside.txt"), "secret");
        java.nio.file.Files.createSymbolicLink(root.resolve("out.txt"), directory.resolve("outside.txt"));
        serve(request -> {
            String[] order = request.meta("QUERY_STRING").split("=", 2);
            print(request, "Content-Type: x/y\nContent-Disposition: attachment\nContent-Length: 99\n" + order[0] + ": "
                    + order[1] + "\n\nnot this");
        }, builder -> builder.documentRoot(root).scriptRoot("/srv"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            X-Sendfile=/srv/plain.txt                           | 200 | plain
            x-sendfile=/srv/.protected/with%20space.txt         | 404 |
            X-Sendfile=/srv/../outside.txt                      | 502 |
            X-Sendfile=/etc/passwd                              | 502 |
            X-Sendfile=/srvx/plain.txt                          | 502 |
            X-Sendfile=plain.txt                                | 502 |
            X-Sendfile=/srv/                                    | 404 |
            X-Sendfile=/srv/out.txt                             | 404 |
            X-Sendfile=/srv/send.php                            | 404 |
            X-Sendfile=/srv/nothing                             | 404 |
            X-Accel-Redirect=/plain.txt                         | 200 | plain
            X-Accel-Redirect=/.protected/with%20space.txt       | 200 | protected
            X-Accel-Redirect=/.protected/../plain.txt           | 502 |
            X-Accel-Redirect=http://else/                       | 502 |
            X-Accel-Redirect=plain.txt                          | 502 |
            X-Accel-Redirect=/send.php                          | 404 |
            X-Accel-Redirect=/out.txt                           | 404 |
            """)
    void filesToSend(String order, int status, String body) throws Exception {
        sender();
        HttpReply reply = get("/send.php?" + order);
        assertEquals(status, reply.status(), reply.body());
        if (body != null) {
            assertEquals(body, reply.body());
            assertEquals("x/y", reply.header("Content-Type"));
            assertEquals("attachment", reply.header("Content-Disposition"));
            assertNull(reply.header("X-Sendfile"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Accel-Redirect: /gr\u00fcn #1.txt", "X-Accel-Redirect: /gr%C3%BCn%20%231.txt",
        "X-Sendfile: /srv/gr\u00fcn #1.txt"})
    void aFileToSendMayHaveAnyName(String order) throws Exception {
        write("send.php", "source");
        write("gr\u00fcn #1.txt", "green");
        serve(saying(order + "\n\n"), builder -> builder.documentRoot(root).scriptRoot("/srv"));
        assertEquals("green", get("/send.php").body());
    }

    @Test
    void anInternalRedirectKeepsTheHeadersThatNginxKeeps() throws Exception {
        write("send.php", "source");
        write("plain.txt", "plain");
        serve(request -> print(request, """
                Content-Type: x/y
                Content-Disposition: attachment
                Set-Cookie: a=b
                Cache-Control: no-store
                Expires: 0
                Content-Encoding: gzip
                ETag: "x"
                Vary: Cookie
                X-Mine: mine
                X-Accel-Redirect: /%s

                """.formatted(request.meta("QUERY_STRING"))), builder -> builder.documentRoot(root));
        HttpReply sent = get("/send.php?plain.txt", "\nIf-None-Match: \"x\"");
        assertEquals("plain", sent.body());
        assertEquals("x/y", sent.header("Content-Type"));
        assertEquals("attachment", sent.header("Content-Disposition"));
        assertEquals("a=b", sent.header("Set-Cookie"));
        assertEquals("no-store", sent.header("Cache-Control"));
        assertEquals("0", sent.header("Expires"));
        HttpReply missing = get("/send.php?nothing");
        assertEquals(404, missing.status());
        assertEquals("text/plain", missing.header("Content-Type"));
        assertEquals("14", missing.header("Content-Length"));
        for (HttpReply reply : new HttpReply[] {sent, missing}) {
            for (String name : new String[] {"Content-Encoding", "ETag", "Vary", "X-Mine"}) {
                assertNull(reply.header(name), name);
            }
        }
        for (String name : new String[] {"Content-Disposition", "Set-Cookie", "Cache-Control", "Expires"}) {
            assertNull(missing.header(name), name);
        }
    }

    @Test
    void anErrorPageKeepsTheHeadersThatAreNotOfTheApplication() throws Exception {
        serve(saying("X-Mine: mine\nX-Accel-Redirect: /x\n\n")).getFilters().add(Filter.beforeHandler("adds one",
                exchange -> exchange.getResponseHeaders().add("Strict-Transport-Security", "max-age=1")));
        HttpReply reply = get("/x");
        assertEquals(502, reply.status());
        assertEquals("max-age=1", reply.header("Strict-Transport-Security"));
        assertNull(reply.header("X-Mine"));
    }

    @Test
    void aFileToSendIsComparedWithTheTagOfTheApplication() throws Exception {
        write("send.php", "source");
        write("digits.txt", "0123456789");
        serve(request -> print(request, "ETag: \"x\"\nX-Sendfile: /srv/digits.txt\n\n"),
                builder -> builder.documentRoot(root).scriptRoot("/srv"));
        assertEquals(304, get("/send.php", "\nIf-None-Match: \"a,\", W/\"x\"").status());
        assertEquals(200, get("/send.php", "\nIf-None-Match: \"a\"").status());
        assertEquals(200, get("/send.php", "\nIf-Match: \"a\", \"x\"").status());
        assertEquals(412, get("/send.php", "\nIf-Match: W/\"x\"").status());
        assertEquals("34", get("/send.php", "\nRange: bytes=3-4\nIf-Range: \"x\"").body());
        assertEquals(200, get("/send.php", "\nRange: bytes=3-4\nIf-Range: W/\"x\"").status());
    }

    @Test
    void aFileToSendInAnswerToAPost() throws Exception {
        sender();
        String body = "x".repeat(100_000);
        HttpReply reply = exchange("POST /send.php?X-Sendfile=/srv/plain.txt HTTP/1.1\nHost: a\n"
                + "Content-Length: 100000\n\n" + body);
        assertEquals("plain", reply.body());
        for (String condition : new String[] {"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "If-None-Match: *",
            "If-Match: \"x\"", "If-Unmodified-Since: Fri, 01 Jan 2010 00:00:00 GMT", "Range: bytes=0-0"}) {
            assertEquals("plain", exchange("POST /send.php?X-Sendfile=/srv/plain.txt HTTP/1.1\nHost: a\n" + condition)
                    .body(), condition);
        }
        assertEquals("", exchange("HEAD /send.php?X-Sendfile=/srv/plain.txt HTTP/1.1\nHost: a").body());
    }

    @Test
    void bytesAreWhatTheyWere() throws Exception {
        serve(request -> {
            print(request, "Content-Type: a/b\n\n");
            byte[] all = new byte[256];
            for (int i = 0; i < 256; i++) {
                all[i] = (byte) i;
            }
            request.stdout().write(all);
        });
        byte[] body = get("/").body().getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 256; i++) {
            assertEquals((byte) i, body[i]);
        }
    }
}
