package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.OfflineRequest;
import dev.fcgi.OfflineResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

    private static StubRequest post(String type, String body) {
        return StubRequest.of("POST", "/app?a=query&q=1", type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static CgiExchange exchange(StubRequest request) {
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

    private static String output(StubRequest request, CgiOptions options, CgiHandler handler) throws Exception {
        handler.toResponder(options).respond(request);
        return request.output();
    }

    // ---- urlencoded

    @Test
    void bodyAndQueryAreKeptApartAndTheBodyComesFirst() throws Exception { // RFC 3875 4.2, 4.3
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
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void aFormComesWithPostPutAndPatch(String method) throws Exception { // RFC 3875 4.1.12, 4.3
        StubRequest request = StubRequest.of(method, "/?a=0", URLENCODED, "a=1".getBytes(StandardCharsets.UTF_8));
        assertEquals("{a=[1, 0]}", exchange(request).allParams().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "QUERY", "X-OWN", "post", "PO\u017FT"})
    void noBodyOverridesTheQueryOfAnotherMethod(String method) throws Exception {
        for (String type : List.of(URLENCODED, MULTIPART)) {
            String parts = part("name=id", "2") + part("name=more", "3") + "--x--";
            String form = type.equals(URLENCODED) ? "id=2&more=3" : parts;
            StubRequest request = StubRequest.of(method, "/?id=1", type, form.getBytes(StandardCharsets.UTF_8));
            CgiExchange q = exchange(request);
            assertEquals("1", q.param("id"));
            assertNull(q.param("more"));
            assertEquals(List.of("1"), q.params("id"));
            assertEquals("{id=[1]}", q.allParams().toString());
            assertEquals(form.length(), request.stdin().available()); // was not read
            assertEquals("2", q.bodyParam("id")); // but it can be requested
            assertEquals("1", q.param("id"));
        }
    }

    @Test
    void theTypeOfAFormIsCaseInsensitive() throws Exception {
        assertEquals("1", exchange(post("Application/X-WWW-Form-URLEncoded; charset=x", "a=1")).bodyParam("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded-v2", "application/x-www-form-urlencode",
        "multipart/form", "multipart/form-datax; boundary=x", "multipart/form-data, text/plain; boundary=x",
        "\u2003" + MULTIPART,
        "text/plain; a=\"; multipart/form-data\"", "mult\u0131part/form-data; boundary=x"})
    void theTypeIsComparedAsAWhole(String type) throws Exception {
        String body = type.contains("urlencode") ? "a=1" : part("name=a", "1") + "--x--";
        CgiExchange q = exchange(post(type, body));
        assertNull(q.bodyParam("a"));
        assertEquals(body, q.bodyText());
    }

    @Test
    void anotherTypeIsNoFormAndIsLeftAlone() throws Exception { // RFC 3875 4.1.3
        CgiExchange q = exchange(post("application/json", "a=1"));
        assertNull(q.bodyParam("a"));
        assertEquals("query", q.param("a"));
        assertFalse(q.isBodyComplete());
        assertEquals("a=1", q.bodyText());
        assertTrue(q.isBodyComplete());
        StubRequest untyped = StubRequest.of("POST", "/", null, new byte[] {'a', '=', '1'});
        assertNull(exchange(untyped).bodyParam("a"));
    }

    @Test
    void formsHaveTheCharsetOfTheOptions() throws Exception {
        StubRequest request = StubRequest.of("POST", "/", URLENCODED, new byte[] {'a', '=', '%', 'E', '9',
            (byte) 0xE9});
        CgiOptions options = CgiOptions.builder().charset(StandardCharsets.ISO_8859_1).build();
        assertEquals("éé", CgiExchange.of(request, options).param("a"));
        assertEquals("é\uFFFD", form("a=é%E9").param("a"));
        StubRequest halves = StubRequest.of("POST", "/", URLENCODED,
                "a=%E2\u0082\u00AC&b=\u00E2%82%AC".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("{a=[€], b=[€]}", exchange(halves).allParams().toString());
    }

    @ParameterizedTest
    @CsvSource({"a=1234567, 200", "a=12345678, 413"}) // 9 and 10 bytes
    void anUrlencodedFormHasALimit(String body, int status) throws Exception {
        CgiOptions options = CgiOptions.builder().maxFieldsLength(9).build();
        String output = output(post(URLENCODED, body), options, q -> q.out().print(q.bodyParam("a")));
        assertTrue(output.startsWith("Status: " + status + ' '), output);
    }

    @Test
    void aFormOfTooManyFieldsIs413() throws Exception {
        CgiOptions options = CgiOptions.builder().maxFields(2).build();
        assertEquals("2", CgiExchange.of(post(URLENCODED, "a=1&b=2"), options).bodyParam("b"));
        assertEquals(413, status(() -> CgiExchange.of(post(URLENCODED, "a=1&b=2&c=3"), options).bodyParam("b")));
        String parts = part("name=a", "1") + part("name=b", "2") + part("name=c", "3") + "--x--";
        assertEquals(413, status(() -> CgiExchange.of(post(MULTIPART, parts), options).bodyParam("b")));
    }

    @Test
    void aFormThatIsShorterThanPromisedIs400() { // an incomplete value must not pass for a complete one
        StubRequest cut = post(URLENCODED, "amount=10").with("CONTENT_LENGTH", "10");
        assertEquals(400, status(() -> exchange(cut).param("amount")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0", "3", "x"}) // empty: nginx; -1: Caddy; less: Apache with an inflating filter
    void aFormOfAnotherLengthThanPromisedIsReadToItsEnd(String length) throws Exception { // RFC 3875 4.1.2, 4.2
        CgiExchange q = exchange(post(URLENCODED, "a=1234567").with("CONTENT_LENGTH", length));
        assertEquals("1234567", q.param("a"));
    }

    @Test
    void aFormThatFailedOnceFailsAgain() {
        CgiExchange q = CgiExchange.of(post(URLENCODED, "a=1&b=2"), CgiOptions.builder().maxFields(1).build());
        assertEquals(413, status(() -> q.param("a")));
        assertEquals(413, status(() -> q.param("a")));
        assertEquals(413, status(() -> q.upload("a")));
    }

    @Test
    void aFormThatFoundNoRoomFailsAgain() { // the rest after the upload must not pass for the whole form
        StubRequest request = post(MULTIPART, upload("f", "n", 100_000) + part("name=a", "1") + "--x--");
        CgiExchange q = CgiExchange.of(request,
                CgiOptions.builder().temporaryDirectory(Path.of("/does/not/exist")).build());
        assertThrows(IOException.class, () -> q.upload("f"));
        assertThrows(IOException.class, () -> q.param("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", "\r\nan epilogue", "\r\n--x\r\nafter the end"})
    void aCompleteFormIsACompleteBody(String epilogue) throws Exception {
        CgiExchange q = exchange(post(MULTIPART, part("name=a", "1") + "--x--" + epilogue));
        assertFalse(q.isBodyComplete());
        assertEquals("[a, q]", q.paramNames().toString());
        assertTrue(q.isBodyComplete());
    }

    @Test
    void anEpilogueIsLimitedAsTheBodyIs() throws Exception {
        StubRequest request = post(MULTIPART, upload("f", "n", 1000) + "--x--" + "e".repeat(5000))
                .with("CONTENT_LENGTH", "");
        CgiExchange q = CgiExchange.of(request, toDisk().maxBodyLength(3000).build());
        assertEquals(413, status(() -> q.upload("f")));
        assertEquals(0, files());
    }

    @Test
    void aMultipartFormShowsItsEndByItself() throws Exception { // whatever an inflating filter did to the length
        StubRequest request = post(MULTIPART, part("name=a", "1") + "--x--").with("CONTENT_LENGTH", "1000");
        assertEquals("1", exchange(request).param("a"));
    }

    // ---- limits of the body

    @Test
    void aBodyThatSaysItIsTooLongIsNotRead() throws Exception { // RFC 3875 3.4
        CgiOptions options = CgiOptions.builder().maxBodyLength(9).build();
        StubRequest request = post(URLENCODED, "a=1234567").with("CONTENT_LENGTH", "10");
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
        CgiOptions options = CgiOptions.builder().maxBodyLength(9).build();
        StubRequest request = post("a/b", "x".repeat(length)).with("CONTENT_LENGTH", "-1");
        String output = output(request, options, q -> q.out().print(q.body().readAllBytes().length));
        assertTrue(output.startsWith("Status: " + status + ' '), output);
        StubRequest form = post(URLENCODED, "x".repeat(length)).with("CONTENT_LENGTH", "");
        output = output(form, options, q -> q.out().print(q.param("a")));
        assertTrue(output.startsWith("Status: " + status + ' '), output);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9, 9", "10, 9"})
    void bodyBytesHasTheLimitOfFields(int length, int limit) throws Exception {
        CgiExchange q = CgiExchange.of(post("a/b", "é".repeat(length)),
                CgiOptions.builder().maxFieldsLength(2 * limit).build());
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
        assertEquals("123", new String(q.body().readAllBytes(), StandardCharsets.UTF_8));
    }

    // ---- several ways to the same body

    /** The body as each way of reading returns it; "none" for an exception with a reason. */
    private static String ask(CgiExchange q, String how) throws Exception {
        try {
            return switch (how) {
                case "bytes" -> new String(q.bodyBytes(), StandardCharsets.UTF_8);
                case "text" -> q.bodyText();
                case "stream" -> new String(q.body().readAllBytes(), StandardCharsets.UTF_8);
                case "form" -> "a=" + q.bodyParam("a");
                default -> throw new AssertionError(how);
            };
        } catch (IOException e) {
            String reason = "the body was read (as a form|from body\\(\\)) and cannot be read again";
            assertTrue(e.getMessage().matches(reason), e::toString);
            return "none";
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes,  bytes,  text,   form",
        "bytes,  form,   bytes,  stream",
        "text,   bytes,  form,   text",
        "text,   stream, form,   bytes",
        "form,   form,   -bytes, -text",
        "stream, -bytes, -text,  -form",
    })
    void theSameAnswerOrAnExceptionThatSaysWhy(String first, String second, String third, String fourth)
            throws Exception {
        CgiExchange q = form("a=1");
        for (String how : List.of(first, second, third, fourth)) {
            boolean late = how.startsWith("-");
            assertEquals(late ? "none" : "a=1", ask(q, late ? how.substring(1) : how), how);
        }
    }

    @Test
    void theKeptBytesAreNobodyElses() throws Exception {
        CgiExchange q = exchange(post("a/b", "0123"));
        q.bodyBytes()[0] = '9';
        assertEquals("0123", q.bodyText());
        assertEquals('0', q.body().read());
        assertEquals("0123", q.bodyText());
        assertSame(q.body(), q.body());
        assertTrue(q.isBodyComplete());
    }

    @Test
    void aPartOfABodyIsNotTakenForTheWhole() throws Exception {
        for (String type : List.of(URLENCODED, MULTIPART, "a/b")) {
            CgiExchange q = exchange(post(type, "a=1"));
            assertEquals('a', q.body().read());
            assertEquals("none", ask(q, "bytes"));
            assertEquals("none", ask(q, "text"));
            assertEquals(type.equals("a/b") ? "a=null" : "none", ask(q, "form"));
            assertEquals("=1", ask(q, "stream"));
        }
    }

    @Test
    void anEmptyBodyMayBeAskedForInAnyOrder() throws Exception {
        CgiExchange q = form("");
        assertEquals("", ask(q, "stream"));
        assertEquals("", ask(q, "bytes"));
        assertEquals("a=null", ask(q, "form"));
        assertTrue(q.isBodyComplete());
    }

    @Test
    void bytesThatFailedOnceFailAgain() {
        CgiExchange q = CgiExchange.of(post(URLENCODED, "a=123456789"),
                CgiOptions.builder().maxFieldsLength(5).build());
        assertEquals(413, status(q::bodyBytes));
        assertEquals(413, status(q::bodyText));
        assertEquals(413, status(() -> q.param("a")));
    }

    @Test
    void aMultipartFormIsReadFromKeptBytes() throws Exception {
        CgiExchange q = exchange(post(MULTIPART, part("name=a", "1") + upload("f", "n", 5) + "--x--\r\n"));
        assertEquals(q.bodyText().length(), q.bodyBytes().length);
        assertEquals("1", q.param("a"));
        assertEquals(5, q.upload("f").size());
    }

    @ParameterizedTest
    @CsvSource({"'', true", "-1, true", "x, true", "4, true", "3, false", "5, false", "0, false"})
    void aBodyIsCompleteWhenItHasThePromisedLength(String promised, boolean complete) throws Exception {
        CgiExchange q = exchange(post("a/b", "0123").with("CONTENT_LENGTH", promised));
        assertFalse(q.isBodyComplete());
        q.body().readNBytes(4);
        assertFalse(q.isBodyComplete()); // more might follow
        assertEquals(-1, q.body().read());
        assertEquals(complete, q.isBodyComplete());
    }

    @Test
    void aBodyThatNobodyAsksForIsNotRead() throws Exception { // RFC 3875 3.4
        StubRequest request = post(MULTIPART, "garbage").with("HTTP_COOKIE", "c=1");
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
    @CsvSource({"image/png, true", "application/octet-stream, true", "Application/XML, true", "multipart/mixed, true",
        "text/plain, false", "TEXT/html; charset=UTF-8, false", "application/json, false", "a/b+json; x=y, false",
        "'', false", "x, true"})
    void aPartThatIsNotTextIsAnUpload(String type, boolean isUpload) throws Exception { // its bytes are kept
        byte[] head = ("--x\r\nContent-Disposition: form-data; name=f\r\nContent-Type: " + type + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(head);
        byte[] content = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0, (byte) 0xFF};
        for (int i = 0; i < 100; i++) {
            body.writeBytes(content);
        }
        body.writeBytes("\r\n--x--".getBytes(StandardCharsets.UTF_8));
        StubRequest request = StubRequest.of("POST", "/", MULTIPART, body.toByteArray());
        CgiExchange q = CgiExchange.of(request, CgiOptions.builder().maxFieldsLength(isUpload ? 10 : 10_000).build());
        Upload upload = q.upload("f");
        assertEquals(isUpload, upload != null);
        if (isUpload) {
            assertEquals("", upload.rawFileName());
            assertEquals("", q.bodyParam("f"));
            assertEquals(type, upload.contentType());
            assertArrayEquals(Arrays.copyOfRange(body.toByteArray(), head.length, head.length + 800), upload.bytes());
            q.close();
        } else {
            assertEquals(800, q.bodyParam("f").length());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "filename=\"ok.txt\"; filename*=UTF-8''evil.exe | ok.txt", // RFC 7578 4.2: forms have no filename*
        "filename*=UTF-8''evil.exe; filename=ok.txt | ok.txt",
        "filename=ok.txt; filename*0=\"evil\"; filename*1=\".exe\" | ok.txt",
        "filename*=UTF-8''%C3%A9.txt | \u00e9.txt", // old urllib3 has nothing else
        "filename*0=\"a\"; filename*1=\"b.txt\" | 400",
        "filename*0*=UTF-8''a | 400",
        "filename*=UTF-7''a | 400",
        "filename*=UTF-8''%\uFF12\uFF12 | 400", // digits of full width
        "filename*=a.txt | 400",
        "filename=a; filename=b | 400",
        "filename=a; FileName=b | 400",
        "name=g; filename=a | 400",
        "filename=\"a\" b | 400",
        "filename=\"a | 400",
        "filename=a; filename | 400",
        "filename=\"a\" \t; ; | a",
        "\u2003filename=a | NONE",
        "\u00A0filename=a | NONE",
        "file\u0000name=a | 400",
        "f\u0131lename=a | NONE",
    })
    void thereIsOneNameOfAFileOrTheFormIsRefused(String parameters, String expected) throws Exception {
        CgiExchange q = exchange(post(MULTIPART, part("name=\"f\"; " + parameters, "content") + "--x--"));
        if (expected.equals("400")) {
            assertEquals(400, status(() -> q.upload("f")));
        } else if (expected.equals("NONE")) {
            assertNull(q.upload("f"));
            assertEquals("content", q.param("f"));
        } else {
            assertEquals(expected, q.upload("f").rawFileName());
            assertEquals(expected, q.param("f"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Disposition: form-data; name=g", "content-disposition: attachment",
        "Content-Type: text/html\r\nContent-Type: text/plain"})
    void aPartHasOneHeaderOfEachKind(String headers) {
        String body = "--x\r\nContent-Disposition: form-data; name=a\r\n" + headers + "\r\n\r\nv\r\n--x--";
        assertEquals(400, status(() -> exchange(post(MULTIPART, body)).param("a")));
    }

    @Test
    void theMessageSaysWhatIsWrongInAHeaderOfAPart() {
        String nul = part("name=\"a\0b\"", "1") + "--x--";
        assertEquals("NUL in the headers of a part, such as the name of a field or a file",
                assertThrows(CgiException.class, () -> exchange(post(MULTIPART, nul)).param("a")).getMessage());
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

    private CgiOptions.Builder toDisk() {
        return CgiOptions.builder().memoryThreshold(10).temporaryDirectory(directory);
    }

    @Test
    void temporaryFilesLastAsLongAsTheExchange() throws Exception {
        AtomicReference<Upload> kept = new AtomicReference<>();
        Path saved = directory.resolveSibling("saved-" + System.nanoTime());
        StubRequest request = post(MULTIPART, upload("f", "n", 1000) + "--x--");
        output(request, toDisk().build(), q -> {
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
        StubRequest request = post(MULTIPART, upload("f", "n", 1000) + "--x--");
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
            handler.toResponder(toDisk().build()).respond(request);
        } else {
            assertThrows(Throwable.class, () -> handler.toResponder(toDisk().build()).respond(request));
        }
        assertEquals(0, files());
    }

    @Test
    void temporaryFilesAreGoneWhenTheFormFails() throws Exception {
        StubRequest cut = post(MULTIPART, upload("f", "n", 1000));
        CgiExchange q = CgiExchange.of(cut, toDisk().build());
        assertEquals(400, status(() -> q.param("a")));
        assertEquals(0, files());
    }

    @Test
    void catchingIOExceptionsDoesNotSwallowABrokenRequest() throws Exception {
        CgiHandler[] readers = {q -> q.bodyParam("a"), q -> q.bodyText(), q -> q.body().readAllBytes()};
        for (CgiHandler reader : readers) {
            OfflineResponse response = OfflineRequest.builder("POST", "/").body(URLENCODED, "a=123456789").build()
                    .respond(((CgiHandler) q -> {
                        try {
                            reader.handle(q);
                        } catch (IOException e) { // the client has disconnected
                            q.out().print("gone");
                        }
                    }).toResponder(CgiOptions.builder().maxBodyLength(10).build()));
            assertEquals(413, response.status());
        }
    }
}
