package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.cgi.ResponseBody;
import dev.fcgi.internal.cgi.ResponseHead;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact bytes that are written to STDOUT. */
final class CgiResponseTest {
    private static final CgiOptions SMALL = CgiOptions.builder().responseBuffer(10).build();

    private static StubRequest respond(String method, CgiOptions options, CgiHandler handler) throws Exception {
        StubRequest request = StubRequest.of(method, "/");
        handler.toResponder(options).respond(request);
        return request;
    }

    private static void check(String expected, CgiHandler handler) throws Exception {
        check("GET", CgiOptions.DEFAULT, expected, handler);
    }

    private static void check(String method, CgiOptions options, String expected, CgiHandler handler)
            throws Exception {
        String output = respond(method, options, handler).output().replace("\r\n", "|");
        assertEquals(lengthLast(expected), lengthLast(output));
    }

    /** The order of headers is irrelevant, except among those of the same name. */
    private static String lengthLast(String response) {
        return response.replaceFirst("\\|(Content-Length: \\d+)\\|(.+?)\\|\\|", "|$2|$1||");
    }

    private static void write(CgiExchange q, String text) throws IOException {
        q.stream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static CgiExchange exchange() {
        return CgiExchange.of(StubRequest.of("GET", "/"), CgiOptions.DEFAULT);
    }

    // ---- type, status, length

    @Test
    void anEmptyAnswerIsStillAnAnswer() throws Exception { // RFC 3875 6.2
        check("Status: 200 OK|Content-Type: text/plain|Content-Length: 0||", q -> { });
    }

    @Test
    void textHasItsCharset() throws Exception { // RFC 3875 6.2.1, 6.3.1, CVE-2020-24553
        check("Status: 200 OK|Content-Type: text/plain; charset=utf-8|Content-Length: 2||é", q -> q.out().print("é"));
        check("Status: 200 OK|Content-Type: text/plain|Content-Length: 2||é", q -> write(q, "é"));
        check("Status: 200 OK|Content-Type: text/html; charset=us-ascii|Content-Length: 1||?",
                q -> q.setContentType("text/html").charset(StandardCharsets.US_ASCII).out().print("é"));
        check("GET", CgiOptions.builder().charset(StandardCharsets.UTF_16LE).build(),
                "Status: 200 OK|Content-Type: text/plain; charset=utf-16le|Content-Length: 2||a\0",
                q -> q.out().print("a"));
    }

    @ParameterizedTest
    @CsvSource({"image/png, image/png", "application/json, application/json", "text/html, text/html; charset=utf-8",
        "TEXT/html, TEXT/html; charset=utf-8", "text/html; charset=x, text/html; charset=x",
        "text/html;Charset=x, text/html;Charset=x"})
    void aTypeIsKeptAsWritten(String set, String sent) throws Exception { // RFC 3875 6.3.1
        check("Status: 200 OK|Content-Type: " + sent + "|Content-Length: 1||a", q -> {
            q.setContentType(set);
            q.out().print("a");
        });
    }

    @Test
    void theCharsetIsFixedOnceTextWasWritten() {
        CgiExchange q = exchange();
        q.out();
        assertThrows(IllegalStateException.class, () -> q.charset(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"404, 404 Not Found", "418, 418 Client Error", "299, 299 Successful", "999, 999 Unknown",
        "201, 201 Created"})
    void aStatusHasItsPhrase(int code, String sent) throws Exception { // RFC 3875 6.3.3
        check("Status: " + sent + "|Content-Type: text/plain|Content-Length: 0||", q -> {
            q.status(code);
            assertEquals(code, q.status());
        });
    }

    @Test
    void aStatusMayHaveAnotherPhrase() throws Exception {
        check("Status: 404 Gone fishing|Content-Type: text/plain|Content-Length: 0||",
                q -> q.status(404, "Gone fishing"));
        check("Status: 404 Not Found|Content-Type: text/plain|Content-Length: 0||", q -> q.status(404, " "));
        for (int code : new int[] {99, 1000, 0, -200, 100, 101, 103, 199}) {
            assertThrows(IllegalArgumentException.class, () -> exchange().status(code));
        }
    }

    @Test
    void aBodyThatFitsTheBufferHasItsLength() throws Exception {
        check("GET", SMALL, "Status: 200 OK|Content-Type: text/plain|Content-Length: 10||0123456789",
                q -> write(q, "0123456789"));
        check("GET", SMALL, "Status: 200 OK|Content-Type: text/plain||0123456789a", q -> write(q, "0123456789a"));
        check("GET", SMALL, "Status: 200 OK|Content-Type: text/plain||0123456789a", q -> {
            write(q, "0123456789");
            write(q, "a");
        });
        check("GET", CgiOptions.builder().responseBuffer(0).build(),
                "Status: 200 OK|Content-Type: text/plain||a", q -> q.stream().write('a'));
    }

    @Test
    void singleBytesGoEverywhereArraysGo() throws Exception {
        check("GET", SMALL, "Status: 200 OK|Content-Type: text/plain||0123456789ab", q -> {
            for (byte b : "0123456789ab".getBytes(StandardCharsets.UTF_8)) {
                q.stream().write(b);
            }
        });
        check("Status: 200 OK|Content-Type: text/plain||ab", q -> {
            q.stream().write('a');
            q.flush();
            q.stream().write('b');
        });
        check("Status: 200 OK|Content-Type: text/plain|Content-Length: 1||a", q -> {
            q.stream().write('a');
            q.stream().close();
            q.stream().close();
            assertThrows(IOException.class, () -> q.stream().write('b'));
            assertThrows(IOException.class, () -> q.stream().write(new byte[1]));
            assertThrows(IOException.class, q::flush);
        });
    }

    @Test
    void aLengthThatTheHandlerSetsIsKept() throws Exception { // RFC 3875 6.3 is for the client
        check("Status: 200 OK|Content-Length: 1|Content-Type: text/plain||a", q -> {
            q.setHeader("Content-Length", "1");
            write(q, "a");
        });
    }

    @ParameterizedTest
    @CsvSource({"5, Content-Length: 5|", "10, Content-Length: 10|", "11, ''", "0, ''"})
    void headHasTheHeadOfGetAndNoBody(int length, String header) throws Exception { // RFC 3875 4.3.3
        check("HEAD", SMALL, "Status: 200 OK|Content-Type: text/plain|" + header + '|',
                q -> write(q, "x".repeat(length)));
    }

    @Test
    void headWithTextAndFlushHasNoBody() throws Exception { // RFC 3875 4.3.3
        check("HEAD", SMALL, "Status: 200 OK|Content-Type: text/plain; charset=utf-8||", q -> {
            q.out().print("0123");
            q.flush();
            q.out().print("x".repeat(100_000));
            q.stream().write('x');
        });
        check("HEAD", SMALL, "Status: 200 OK|Content-Length: 7|Content-Type: text/plain||",
                q -> q.setHeader("Content-Length", "7"));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void aStatusWithoutBodyHasNone(int code) throws Exception {
        String first = respond("GET", SMALL, q -> q.status(code)).output();
        assertEquals(1, first.lines().filter(line -> !line.isEmpty()).count(), first);
        String second = respond("GET", SMALL, q -> {
            q.status(code);
            q.out().print("x".repeat(100));
            q.flush();
            q.out().print("x");
        }).output();
        assertEquals(first, second);
    }

    // ---- committing

    @Test
    void flushSendsHeadAndBody() throws Exception { // RFC 3875 6.3
        StubRequest request = StubRequest.of("GET", "/");
        CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT);
        assertFalse(q.isCommitted());
        q.out().print("a");
        assertFalse(q.isCommitted());
        assertEquals("", request.output());
        q.flush();
        assertTrue(q.isCommitted());
        assertTrue(request.output().endsWith("\r\n\r\na"), request.output());
        q.out().print("b");
        q.flush();
        q.out().print("c");
        q.close();
        q.close();
        assertEquals("Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nabc", request.output());
        assertFalse(request.isFinished()); // that is up to the server
    }

    private static List<Consumer<CgiExchange>> changesOfTheHead() {
        return List.of(q -> q.status(404), q -> q.status(404, "x"), q -> q.setHeader("A", "b"), q -> q.addHeader("A", "b"),
                q -> q.setContentType("a/b"), q -> q.addCookie(Cookie.of("a", "b")), q -> q.expires("now"),
                q -> q.attachment("a"), q -> q.redirect("/"), q -> q.error(500), q -> q.error(500, "x"),
                q -> {
                    try {
                        q.events();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("changesOfTheHead")
    void afterTheHeadWasSentNothingOfItChanges(Consumer<CgiExchange> change) throws Exception {
        StubRequest request = StubRequest.of("GET", "/");
        CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT);
        q.flush();
        assertThrows(IllegalStateException.class, () -> change.accept(q));
        q.out().print("x");
        q.close();
        assertEquals("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nx", request.output()); // no second head
    }

    @Test
    void aHeadThatCannotBeSentIsNotSentAgain() throws IOException {
        List<String> written = new ArrayList<>();
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("gone");
            }

            @Override
            public void write(byte[] source, int offset, int count) throws IOException {
                written.add(new String(source, offset, count, StandardCharsets.UTF_8));
                throw new IOException("gone");
            }
        };
        var body = new ResponseBody(new ResponseHead(), failing, false, 10);
        assertThrows(IOException.class, body::flush);
        assertThrows(IOException.class, () -> body.write(1));
        assertThrows(IOException.class, () -> body.write(new byte[100]));
        assertEquals(1, written.stream().filter(text -> text.startsWith("Status")).count());
    }

    @Test
    void aStatus205HasNoBodyAndSaysSo() throws Exception { // the only bodiless status that does not end with its head
        for (String method : new String[] {"GET", "HEAD"}) {
            check(method, SMALL, "Status: 205 Reset Content|Content-Length: 0||", q -> q.status(205));
            check(method, SMALL, "Status: 205 Reset Content|Content-Length: 0||", q -> {
                q.setHeader("Content-Length", "100").status(205);
                write(q, "x".repeat(100));
                q.flush();
                write(q, "x");
            });
        }
    }

    @Test
    void aStatus204HasNoLength() throws Exception {
        check("Status: 204 No Content||", q -> q.setHeader("Content-Length", "5").status(204));
        check("Status: 304 Not Modified|Content-Length: 5||", q -> q.setHeader("Content-Length", "5").status(304));
    }

    // ---- what was set and sent can be read

    @Test
    void headersOfTheResponseCanBeReadAsTheyWereSetAndThenAsTheyWereSent() throws Exception {
        CgiExchange q = CgiExchange.of(StubRequest.of("GET", "/").with("HTTP_X_A", "of the request"),
                CgiOptions.DEFAULT);
        assertEquals(Map.of(), q.responseHeaders());
        q.setHeader("X-A", "é").addHeader("x-a", "2").addHeader("Connection", "close").out().print("1");
        assertEquals("of the request", q.header("X-A"));
        assertEquals("é", q.responseHeader("x-A"));
        assertNull(q.responseHeader("Content-Type"));
        Map<String, List<String>> set = q.responseHeaders();
        assertEquals(List.of("é", "2"), set.get("X-a"));
        assertThrows(UnsupportedOperationException.class, () -> set.put("A", List.of()));
        assertThrows(UnsupportedOperationException.class, () -> set.get("X-A").add("3"));
        q.close();
        assertEquals("text/plain; charset=utf-8", q.responseHeader("content-type"));
        assertEquals("1", q.responseHeader("Content-Length"));
        assertNull(q.responseHeader("Connection"));
        assertEquals(List.of("Content-Length", "Content-Type", "X-A"), List.copyOf(q.responseHeaders().keySet()));
        assertEquals(Set.of("X-A", "Connection"), set.keySet()); // a copy
    }

    @Test
    void theBytesOfTheBodyAreCounted() throws Exception {
        StubRequest request = StubRequest.of("GET", "/");
        CgiExchange q = CgiExchange.of(request, SMALL);
        assertEquals(0, q.bytesSent());
        q.out().print("é234567890"); // more than the buffer holds
        assertEquals(11, q.bytesSent());
        assertFalse(q.isCommitted()); // asking sends nothing
        assertEquals("", request.output());
        q.error(404);
        assertEquals("404 Not Found\n".length(), q.bytesSent());
        q.out().print("more");
        q.flush();
        q.stream().write(new byte[100]);
        q.close();
        assertEquals(118, q.bytesSent());
        assertEquals(118, request.output().length() - request.output().indexOf("\r\n\r\n") - 4);
    }

    @Test
    void whereNoBodyIsSentNothingIsCounted() throws Exception {
        respond("HEAD", SMALL, q -> {
            q.out().print("x");
            assertEquals(0, q.bytesSent());
        });
        respond("GET", SMALL, q -> {
            q.out().print("x");
            assertEquals(1, q.bytesSent());
            q.status(304);
            assertEquals(0, q.bytesSent());
        });
    }

    // ---- headers

    @Test
    void whatConcernsOneConnectionIsNotPassedOn() throws Exception {
        check("Status: 200 OK|X-A: 1|Content-Type: text/plain|Content-Length: 1||a", q -> {
            q.setHeader("X-Named", "1").setHeader("x-other", "2"); // all headers of another response
            for (String name : new String[] {"Keep-Alive", "Proxy-Connection", "Proxy-Authenticate",
                "Proxy-Authorization", "TE", "Trailer", "Upgrade"}) {
                q.setHeader(name, "x").addHeader(name.toLowerCase(Locale.ROOT), "y");
            }
            q.setHeader("transfer-encoding", "chunked").setHeader("X-A", "1");
            q.setHeader("Connection", "close, X-Named").addHeader("connection", " X-Other ,X-Absent");
            write(q, "a");
        });
    }

    @Test
    void headersAreSetAndAdded() throws Exception { // RFC 3875 6.3.4, 6.3.5
        check("Status: 200 OK|X-A: 2|Set-Cookie: a=1|Set-Cookie: b=2; Path=/|X-CGI-y: ü|Content-Type: text/plain|"
                + "Content-Length: 0||", q -> q.setHeader("X-A", "1").setHeader("x-a", "0").setHeader("X-A", "2")
                .addCookie(Cookie.of("a", "1")).addCookie(Cookie.builder("b", "2").path("/").build())
                .addHeader("X-CGI-y", "ü"));
    }

    @Test
    void fieldsThatTheWebServerActsUponAreNotRepeated() throws Exception { // RFC 3875 6.3
        check("Status: 302 Found|Location: /b|content-type: a/b|Content-Length: 0||", q -> q.redirect("/a")
                .setContentType("x/y").addHeader("Location", "/b").addHeader("content-type", "a/b"));
    }

    private static final String[] EVIL = {"a\r\nX: y", "a\nX: y", "a\rX: y", "a\0", "\n", "a\r\n"};

    private static List<Consumer<CgiExchange>> injections() {
        List<Consumer<CgiExchange>> all = new ArrayList<>();
        for (String evil : EVIL) {
            all.addAll(List.of(q -> q.setHeader("A", evil), q -> q.addHeader("A", evil), q -> q.setHeader(evil, "a"),
                    q -> q.addHeader(evil, "a"), q -> q.setContentType(evil), q -> q.redirect(evil),
                    q -> q.redirect(evil, 301), q -> q.status(404, evil), q -> q.expires(evil),
                    q -> q.addCookie(Cookie.builder("a", "b").path(evil).build()),
                    q -> q.addCookie(Cookie.builder("a", "b").domain(evil).build()),
                    q -> q.addCookie(Cookie.builder("a", "b").expires(evil).build())));
        }
        for (String name : new String[] {"", " ", "A ", "A:", "A B", "ä", "Status", "STATUS", "(", "A\t"}) {
            all.addAll(List.of(q -> q.setHeader(name, "a"), q -> q.addHeader(name, "a")));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("injections")
    void lineEndsAndNulNeverReachAHeader(Consumer<CgiExchange> injection) throws Exception { // CVE-2021-33621
        check("Status: 200 OK|Content-Type: text/plain|Content-Length: 0||", q -> {
            String message = assertThrows(IllegalArgumentException.class, () -> injection.accept(q)).getMessage();
            assertFalse(message.contains("\n") || message.contains("\r"), message); // it will be logged
        });
    }

    @Test
    void lineEndsInNamesOfFilesAndValuesOfCookiesAreEncoded() throws Exception { // RFC 3875 6.3
        for (String evil : EVIL) {
            String output = respond("GET", SMALL, q -> q.attachment(evil).addCookie(Cookie.of("a", evil))).output();
            assertEquals(6, output.split("\r\n|\r|\n", -1).length - 1, output); // 5 lines and the empty one
            assertFalse(output.contains("\0"));
        }
    }

    @Test
    void whatLooksLikeALineEndInAnotherCharsetIsNone() throws Exception {
        byte[] output = respond("GET", SMALL, q -> q.setHeader("A", "\u010a\u010d\u2028\u0085")).outputBytes();
        String latin1 = new String(output, StandardCharsets.ISO_8859_1);
        assertEquals(5, latin1.split("\n", -1).length - 1, latin1);
        assertTrue(respond("GET", SMALL, q -> q.setHeader("A", "\u010a")).output().contains("A: \u010a\r\n"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "a.pdf, attachment; filename=\"a.pdf\"",
        "a \"b\"\\c, attachment; filename=\"a _b__c\"; filename*=UTF-8''a%20%22b%22%5Cc",
        "é€😀.txt, attachment; filename=\"___.txt\"; filename*=UTF-8''%C3%A9%E2%82%AC%F0%9F%98%80.txt",
        "a;b, attachment; filename=\"a;b\"",
        "50%41.txt, attachment; filename=\"50%41.txt\"; filename*=UTF-8''50%2541.txt",
        "%, attachment; filename=\"%\"; filename*=UTF-8''%25",
    })
    void anAttachmentHasItsName(String name, String header) throws Exception {
        check("Status: 200 OK|Content-Disposition: " + header + "|Content-Type: text/plain|Content-Length: 0||",
                q -> q.attachment(name));
    }

    @Test
    void expiryIsADate() throws Exception {
        check("Status: 200 OK|Expires: Sun, 06 Nov 1994 08:49:37 GMT|Content-Type: text/plain|Content-Length: 0||",
                q -> q.expires("Sun, 06 Nov 1994 08:49:37 GMT"));
        assertTrue(respond("GET", SMALL, q -> q.expires("+1h")).output()
                .matches("(?s).*Expires: \\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT\r\n.*"));
    }

    // ---- redirects and errors

    @Test
    void redirectsHaveAStatus() throws Exception { // RFC 3875 6.2.3: never the form of 6.2.2
        check("Status: 302 Found|Location: /a?b|Content-Length: 0||", q -> q.redirect("/a?b"));
        check("Status: 302 Found|Location: https://example.org/|Content-Length: 0||",
                q -> q.redirect("https://example.org/"));
        check("Status: 303 See Other|Location: /|Content-Length: 0||", q -> q.redirect("/", 303));
        for (int code : new int[] {200, 299, 400}) {
            assertThrows(IllegalArgumentException.class, () -> exchange().redirect("/", code));
        }
    }

    @Test
    void aBodyBesideALocationHasItsType() throws Exception { // RFC 3875 6.2.1, 6.2.4
        check("Status: 301 Moved Permanently|Location: /|Content-Type: text/plain; charset=utf-8|Content-Length: 5||"
                + "moved",
                q -> q.redirect("/", 301).out().print("moved"));
        check("Status: 201 Created|Location: /1|Content-Type: text/plain||{}", q -> {
            q.status(201).setHeader("Location", "/1");
            q.flush();
            write(q, "{}");
        });
    }

    @Test
    void anErrorPageReplacesEverything() throws Exception {
        check("Status: 404 Not Found|Content-Type: text/plain; charset=utf-8|Content-Length: 22||404 Not Found\n"
                + "no such\n", q -> {
                    q.status(200, "Fine").setContentType("text/html").setHeader("X", "y").addCookie(Cookie.of("a", "b"));
                    q.setHeader("Content-Length", "5");
                    q.out().print("partly <b>");
                    q.stream().write(new byte[100]);
                    q.error(404, "no such");
                });
    }

    @Test
    void textThatAWriterStillHeldIsNotInTheErrorPage() throws Exception {
        StubRequest request = respond("GET", CgiOptions.DEFAULT, q -> {
            PrintWriter out = q.out();
            out.print("secret");
            throw new CgiException(403, "no");
        });
        assertEquals("Status: 403 Forbidden\r\nContent-Length: 17\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                + "403 Forbidden\nno\n", request.output());
    }

    @Test
    void anErrorAfterTheHeadIsAVisibleFailure() {
        StubRequest request = StubRequest.of("GET", "/");
        CgiException thrown = new CgiException(400, "late");
        CgiHandler handler = q -> {
            q.flush();
            throw thrown;
        };
        assertSame(thrown, assertThrows(CgiException.class, () -> handler.toResponder().respond(request)));
        assertEquals(1, request.output().split("Status:", -1).length - 1);
    }

    @Test
    void anExceptionLeavesTheAnswerToTheServer() {
        StubRequest request = StubRequest.of("GET", "/");
        CgiHandler handler = q -> {
            q.out().print("partly");
            throw new IllegalStateException("secret");
        };
        assertThrows(IllegalStateException.class, () -> handler.toResponder().respond(request));
        assertEquals("", request.output());
    }

    @Test
    void aCgiExceptionHasAnErrorStatus() {
        assertThrows(IllegalArgumentException.class, () -> new CgiException(200, ""));
        assertThrows(IllegalArgumentException.class, () -> new CgiException(600, ""));
    }

    // ---- events

    private static final String EVENTS =
            "Status: 200 OK|Content-Type: text/event-stream|Cache-Control: no-cache|X-Accel-Buffering: no||";

    @Test
    void eventsHaveLinesOfData() throws Exception {
        check(EVENTS + "data: a\n\ndata: \n\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\nretry: 1500\n\n", q -> {
            try (EventStream events = q.events()) {
                assertTrue(q.isCommitted());
                events.send("a");
                events.send("");
                events.send("a\r\nb\rc\nd\n");
                events.retry(Duration.ofMillis(1500));
            }
        });
        check(EVENTS + "event: t\nid: 7\ndata: é\n\nid: \ndata: event: x\n\n", q -> {
            EventStream events = q.events();
            events.send("t", "é", "7");
            events.send(null, "event: x", "");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\r\n\r\ndata: x", "\0"})
    void eventsCannotBeForged(String evil) throws Exception {
        check(EVENTS, q -> {
            EventStream events = q.events();
            assertThrows(IllegalArgumentException.class, () -> events.send(evil, "d", null));
            assertThrows(IllegalArgumentException.class, () -> events.send(null, "d", evil));
        });
    }

    @Test
    void aHeadRequestForEventsHasOnlyTheHead() throws Exception {
        check("HEAD", CgiOptions.DEFAULT, EVENTS, q -> q.events().send("a"));
    }

    @Test
    void eventsFailOnceTheExchangeHasEnded() throws Exception {
        StubRequest request = StubRequest.of("GET", "/");
        CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT);
        EventStream events = q.events();
        q.close();
        assertThrows(IOException.class, () -> events.send("late"));
        assertEquals(EVENTS, request.output().replace("\r\n", "|"));
    }

    @Test
    void aHeartbeatNeedsTime() throws Exception {
        EventStream events = exchange().events();
        for (long millis : new long[] {0, -1}) {
            assertThrows(IllegalArgumentException.class,
                    () -> events.heartbeat(Duration.ofMillis(millis)));
        }
    }

    // ---- after the response

    @Test
    void tasksRunInOrderWhateverTheyThrow() throws Exception {
        List<String> order = new ArrayList<>();
        StubRequest request = StubRequest.of("GET", "/");
        CgiHandler handler = q -> {
            q.out().print("x");
            q.afterResponse(() -> {
                assertTrue(request.isFinished());
                assertTrue(request.output().endsWith("x"));
                order.add("first");
                throw new IllegalStateException("expected in the log");
            });
            q.afterResponse(() -> {
                order.add("second");
                throw new StackOverflowError("expected in the log");
            });
            q.afterResponse(() -> order.add("third"));
            order.add("handler");
        };
        handler.toResponder().respond(request);
        assertEquals(List.of("handler", "first", "second", "third"), order);
    }

    @Test
    void bytesPassThroughUnchanged() throws Exception {
        byte[] all = new byte[100_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] output = respond("GET", SMALL, q -> q.stream().write(all)).outputBytes();
        assertArrayEquals(all, Arrays.copyOfRange(output, output.length - all.length, output.length));
    }
}
