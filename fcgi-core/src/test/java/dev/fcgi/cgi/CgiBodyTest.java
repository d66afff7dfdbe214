package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The body of a request: forms of both encodings, uploads, bytes. */
final class CgiBodyTest {
    private static final String URLENCODED = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data; boundary=x";

    @TempDir
    Path directory;

    private static OfflineRequest post(String type, String body) {
        return OfflineRequest.of("POST", "/app?a=query&q=1", type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static CgiExchange exchange(OfflineRequest request) {
        return CgiExchange.of(request, CgiOptions.DEFAULT);
    }

    private static CgiExchange form(String body) {
        return exchange(post(URLENCODED, body));
    }

    private static int status(ThrowingCall call) {
        return assertThrows(CgiException.class, call::run).status();
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    private static String part(String disposition, String content) {
        return "--x\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
    }

    private static String upload(String name, String fileName, int length) {
        return part("name=\"" + name + "\"; filename=\"" + fileName + '"', "u".repeat(length));
    }

    private static String output(OfflineRequest request, CgiOptions options, CgiHandler handler) throws Exception {
        handler.toResponder(options).respond(request);
        return request.output();
    }

    // ---- urlencoded

    @Test
    void bodyAndQueryAreKeptApartAndTheBodyComesFirst() throws Exception { // C22, C24
        CgiExchange q = form("a=b1&b=2+3&a=b%32&empty=&bare");
        assertEquals("b1", q.bodyParam("a"));
        assertEquals(List.of("b1", "b2"), q.bodyParams("a"));
        assertEquals("query", q.queryParam("a"));
        assertEquals("b1", q.param("a"));
        assertEquals("1", q.param("q"));
        assertNull(q.param("missing"));
        assertEquals("2 3", q.param("b"));
        assertEquals(List.of("b1", "b2", "query"), q.params("a"));
        assertEquals(List.of("a", "b", "empty", "bare", "q"), q.paramNames());
        assertEquals("{a=[b1, b2, query], b=[2 3], empty=[], bare=[], q=[1]}", q.allParams().toString());
        assertTrue(q.isBodyComplete());
        assertEquals(List.of(), q.uploads("a"));
        assertNull(q.upload("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "GET", "DELETE", "X-OWN"})
    void formsAreReadForEveryMethod(String method) throws Exception { // C13, C24
        OfflineRequest request = OfflineRequest.of(method, "/", URLENCODED, "a=1".getBytes(StandardCharsets.UTF_8));
        assertEquals("1", exchange(request).param("a"));
    }

    @Test
    void theTypeOfAFormHasNoCase() throws Exception {
        assertEquals("1", exchange(post("Application/X-WWW-Form-URLEncoded; charset=x", "a=1")).bodyParam("a"));
    }

    @Test
    void anotherTypeIsNoFormAndIsLeftAlone() throws Exception { // C5
        CgiExchange q = exchange(post("application/json", "a=1"));
        assertNull(q.bodyParam("a"));
        assertEquals("query", q.param("a"));
        assertFalse(q.isBodyComplete());
        assertEquals("a=1", q.bodyText());
        assertTrue(q.isBodyComplete());
        OfflineRequest untyped = OfflineRequest.of("POST", "/", null, new byte[] {'a', '=', '1'});
        assertNull(exchange(untyped).bodyParam("a"));
    }

    @Test
    void formsHaveTheCharsetOfTheOptions() throws Exception {
        OfflineRequest request = OfflineRequest.of("POST", "/", URLENCODED, new byte[] {'a', '=', '%', 'E', '9',
            (byte) 0xE9});
        assertEquals("éé", CgiExchange.of(request, CgiOptions.DEFAULT.charset(StandardCharsets.ISO_8859_1)).param("a"));
        assertEquals("é\uFFFD", form("a=é%E9").param("a"));
    }

    @ParameterizedTest
    @CsvSource({"a=1234567, 200", "a=12345678, 413"}) // 9 and 10 bytes
    void anUrlencodedFormHasALimit(String body, int status) throws Exception {
        CgiOptions options = CgiOptions.DEFAULT.maxFieldLength(9);
        String output = output(post(URLENCODED, body), options, q -> q.out().print(q.bodyParam("a")));
        assertTrue(output.startsWith("Status: " + status + ' '), output);
    }

    @Test
    void aFormOfTooManyFieldsIs413() throws Exception {
        CgiOptions options = CgiOptions.DEFAULT.maxFields(2);
        assertEquals("2", CgiExchange.of(post(URLENCODED, "a=1&b=2"), options).bodyParam("b"));
        assertEquals(413, status(() -> CgiExchange.of(post(URLENCODED, "a=1&b=2&c=3"), options).bodyParam("b")));
        String parts = part("name=a", "1") + part("name=b", "2") + part("name=c", "3") + "--x--";
        assertEquals(413, status(() -> CgiExchange.of(post(MULTIPART, parts), options).bodyParam("b")));
    }

    @Test
    void aFormThatIsShorterThanPromisedIs400() { // a cut value must not pass for the whole
        OfflineRequest cut = post(URLENCODED, "amount=10").with("CONTENT_LENGTH", "10");
        assertEquals(400, status(() -> exchange(cut).param("amount")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0", "3", "x"}) // empty: nginx; -1: Caddy; less: Apache with an inflating filter
    void aFormOfAnotherLengthThanPromisedIsReadToItsEnd(String length) throws Exception { // C3, C4
        CgiExchange q = exchange(post(URLENCODED, "a=1234567").with("CONTENT_LENGTH", length));
        assertEquals("1234567", q.param("a"));
    }

    @Test
    void aFormThatFailedOnceFailsAgain() {
        CgiExchange q = CgiExchange.of(post(URLENCODED, "a=1&b=2"), CgiOptions.DEFAULT.maxFields(1));
        assertEquals(413, status(() -> q.param("a")));
        assertEquals(413, status(() -> q.param("a")));
        assertEquals(413, status(() -> q.upload("a")));
    }

    @Test
    void aFormThatFoundNoRoomFailsAgain() { // what is behind the upload must not pass for all of the form
        OfflineRequest request = post(MULTIPART, upload("f", "n", 100_000) + part("name=a", "1") + "--x--");
        CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT.temporaryDirectory(Path.of("/does/not/exist")));
        assertThrows(IOException.class, () -> q.upload("f"));
        assertThrows(IOException.class, () -> q.param("a"));
    }

    @Test
    void aMultipartFormShowsItsEndByItself() throws Exception { // whatever an inflating filter did to the length
        OfflineRequest request = post(MULTIPART, part("name=a", "1") + "--x--").with("CONTENT_LENGTH", "1000");
        assertEquals("1", exchange(request).param("a"));
    }

    // ---- limits of the body

    @Test
    void aBodyThatSaysItIsTooLongIsNotRead() throws Exception { // C44
        CgiOptions options = CgiOptions.DEFAULT.maxBodyLength(9);
        OfflineRequest request = post(URLENCODED, "a=1234567").with("CONTENT_LENGTH", "10");
        CgiExchange q = CgiExchange.of(request, options);
        assertEquals(413, status(() -> q.param("a")));
        assertEquals(413, status(q::body));
        assertEquals(413, status(q::bodyBytes));
        assertEquals(9, request.stdin().available());
        assertEquals("query", q.queryParam("a"));
    }

    @ParameterizedTest
    @CsvSource({"9, 200", "10, 413"})
    void aBodyThatIsTooLongWithoutSayingSoIsNoticed(int length, int status) throws Exception {
        CgiOptions options = CgiOptions.DEFAULT.maxBodyLength(9);
        OfflineRequest request = post("a/b", "x".repeat(length)).with("CONTENT_LENGTH", "-1");
        String output = output(request, options, q -> q.out().print(q.body().readAllBytes().length));
        assertTrue(output.startsWith("Status: " + status + ' '), output);
        OfflineRequest form = post(URLENCODED, "x".repeat(length)).with("CONTENT_LENGTH", "");
        output = output(form, options, q -> q.out().print(q.param("a")));
        assertTrue(output.startsWith("Status: " + status + ' '), output);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9, 9", "10, 9"})
    void bodyBytesHasTheLimitOfFields(int length, int limit) throws Exception {
        CgiExchange q = CgiExchange.of(post("a/b", "é".repeat(length)), CgiOptions.DEFAULT.maxFieldLength(2 * limit));
        if (length > limit) {
            assertEquals(413, status(q::bodyBytes));
        } else {
            assertEquals(2 * length, q.bodyBytes().length);
            assertTrue(q.isBodyComplete());
        }
    }

    @Test
    void theBodyIsTheSameStreamAtEachCall() throws Exception {
        CgiExchange q = exchange(post("a/b", "0123"));
        assertSame(q.body(), q.body());
        assertEquals('0', q.body().read());
        assertArrayEquals(new byte[] {'1', '2', '3'}, q.bodyBytes());
    }

    @ParameterizedTest
    @CsvSource({"'', true", "-1, true", "x, true", "4, true", "3, false", "5, false", "0, false"})
    void aBodyIsCompleteWhenItHasThePromisedLength(String promised, boolean complete) throws Exception { // C3
        CgiExchange q = exchange(post("a/b", "0123").with("CONTENT_LENGTH", promised));
        assertFalse(q.isBodyComplete());
        q.body().readNBytes(4);
        assertFalse(q.isBodyComplete()); // more might follow
        assertEquals(-1, q.body().read());
        assertEquals(complete, q.isBodyComplete());
    }

    @Test
    void aBodyThatNobodyAsksForIsNotRead() throws Exception { // C46
        OfflineRequest request = post(MULTIPART, "garbage").with("HTTP_COOKIE", "c=1");
        output(request, CgiOptions.DEFAULT, q -> q.out().print(q.queryParam("a") + q.cookie("c") + q.selfUrl()
                + q.headers() + q.contentLength() + q.path() + q.isBodyComplete()));
        assertEquals(7, request.stdin().available());
    }

    // ---- multipart

    @Test
    void fieldsAndUploadsOfAMultipartForm() throws Exception {
        CgiExchange q = exchange(post(MULTIPART, part("name=a", "é") + upload("f", "dir/x.txt", 3) + part("name=a", "2")
                + upload("f", "y", 0) + part("name=g; filename=\"\"", "") + "--x--\r\n"));
        assertEquals(List.of("é", "2"), q.bodyParams("a"));
        assertEquals("dir/x.txt", q.param("f"));
        assertEquals("", q.param("g"));
        assertNull(q.upload("g"));
        assertNull(q.upload("a"));
        assertEquals(2, q.uploads("f").size());
        assertEquals("x.txt", q.upload("f").fileName());
        assertEquals("uuu", new String(q.upload("f").bytes(), StandardCharsets.UTF_8));
        assertEquals(0, q.uploads("f").get(1).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--x", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue",
        "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue\r\n--x", "garbage"})
    void aMultipartFormThatIsCutIs400(String body) throws Exception {
        String output = output(post(MULTIPART, body), CgiOptions.DEFAULT, q -> q.out().print(q.param("a")));
        assertTrue(output.startsWith("Status: 400 Bad Request\r\n"), output);
        assertEquals(400, status(() -> exchange(post("multipart/form-data", body)).param("a"))); // no boundary
    }

    private int files() throws IOException {
        // files without a name are found only among the open ones
        int count = 0;
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    count += Files.readSymbolicLink(descriptor).startsWith(directory) ? 1 : 0;
                } catch (IOException ignored) {
                    // the one that lists the directory
                }
            }
        }
        try (var names = Files.list(directory)) {
            assertEquals(0, names.count());
        }
        return count;
    }

    private CgiOptions toDisk() {
        return CgiOptions.DEFAULT.memoryThreshold(10).temporaryDirectory(directory);
    }

    @Test
    void temporaryFilesLastAsLongAsTheExchange() throws Exception {
        AtomicReference<Upload> kept = new AtomicReference<>();
        Path saved = directory.resolveSibling("saved-" + System.nanoTime());
        OfflineRequest request = post(MULTIPART, upload("f", "n", 1000) + "--x--");
        output(request, toDisk(), q -> {
            kept.set(q.upload("f"));
            assertEquals(1, files());
            assertEquals(1000, kept.get().bytes().length);
            kept.get().save(saved);
            q.out().print("ok");
        });
        assertTrue(request.output().endsWith("ok"), request.output());
        assertEquals(0, files());
        assertThrows(IOException.class, kept.get()::open);
        assertEquals(1000, Files.size(saved));
        Files.delete(saved);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "error", "cgi", "io", "committed"})
    void temporaryFilesAreGoneWhenTheHandlerFails(String how) throws Exception {
        OfflineRequest request = post(MULTIPART, upload("f", "n", 1000) + "--x--");
        CgiHandler handler = q -> {
            assertNotNull(q.upload("f"));
            assertEquals(1, files());
            switch (how) {
                case "runtime" -> throw new IllegalStateException("bug");
                case "error" -> throw new StackOverflowError();
                case "io" -> throw new IOException("disk");
                case "cgi" -> throw new CgiException(400, "no");
                default -> {
                    q.flush();
                    throw new CgiException(400, "no");
                }
            }
        };
        if (how.equals("cgi")) {
            handler.toResponder(toDisk()).respond(request);
        } else {
            assertThrows(Throwable.class, () -> handler.toResponder(toDisk()).respond(request));
        }
        assertEquals(0, files());
    }

    @Test
    void temporaryFilesAreGoneWhenTheFormFails() throws Exception {
        OfflineRequest cut = post(MULTIPART, upload("f", "n", 1000));
        CgiExchange q = CgiExchange.of(cut, toDisk());
        assertEquals(400, status(() -> q.param("a")));
        assertEquals(0, files());
    }
}
