package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Meta-variables, headers and the query. */
final class CgiRequestTest {
    /** Names and values; an empty value stands for none. */
    static CgiExchange request(String... variables) {
        StubRequest request = StubRequest.of("GET", "/");
        for (int i = 0; i < variables.length; i += 2) {
            request.with(variables[i], variables[i + 1]);
        }
        return CgiExchange.of(request, CgiOptions.DEFAULT);
    }

    private static CgiExchange query(String query) {
        return request("QUERY_STRING", query);
    }

    // ---- meta-variables

    @Test
    void namesOfMetaVariablesAreCaseInsensitive() { // RFC 3875 4.1
        CgiExchange q = request("REMOTE_USER", "u", "Odd_Name", "o", "EMPTY", "");
        assertEquals("u", q.meta("remote_user"));
        assertEquals("o", q.meta("ODD_NAME"));
        assertEquals("o", q.meta("Odd_Name", "x"));
    }

    @Test
    void anEmptyVariableIsLikeAMissingOne() { // RFC 3875 4.1
        CgiExchange q = request("EMPTY", "");
        assertNull(q.meta("EMPTY"));
        assertEquals("x", q.meta("EMPTY", "x"));
        assertEquals("x", q.meta("MISSING", "x"));
    }

    @Test
    void variablesAreGivenAsTheyWereSent() { // RFC 3875 4.1.1, 4.1.3, 4.1.4, 4.1.6, 4.1.8
        CgiExchange q = request("AUTH_TYPE", "bAsIc", "CONTENT_TYPE", "a/B; c=D", "PATH_TRANSLATED", "/srv/x",
                "REMOTE_ADDR", "2001:db8::1", "REMOTE_IDENT", "i", "REMOTE_USER", "u", "REQUEST_METHOD", "pRopfind",
                "SERVER_PROTOCOL", "INCLUDED", "SERVER_SOFTWARE", "s/1", "SERVER_PORT", "8080", "SCRIPT_NAME", "/é");
        assertEquals("bAsIc", q.authType());
        assertEquals("a/B; c=D", q.contentType());
        assertEquals("/srv/x", q.pathTranslated());
        assertEquals("2001:db8::1", q.remoteAddr());
        assertEquals("i", q.remoteIdent());
        assertEquals("u", q.remoteUser());
        assertEquals("pRopfind", q.method());
        assertEquals("INCLUDED", q.protocol());
        assertEquals("s/1", q.serverSoftware());
        assertEquals("CGI/1.1", q.gatewayInterface());
        assertEquals(8080, q.serverPort());
        assertEquals("/é", q.scriptName());
    }

    @Test
    void whatIsMissingHasADefault() {
        String[] names = {"GATEWAY_INTERFACE", "SERVER_PROTOCOL", "SERVER_SOFTWARE", "SERVER_NAME", "SERVER_PORT",
            "REMOTE_ADDR", "REQUEST_METHOD", "REQUEST_URI", "SCRIPT_NAME", "QUERY_STRING"};
        StubRequest empty = StubRequest.of("GET", "/");
        for (String name : names) {
            empty.with(name, "");
        }
        CgiExchange q = CgiExchange.of(empty, CgiOptions.DEFAULT);
        assertEquals("GET", q.method());
        assertEquals("HTTP/1.0", q.protocol());
        assertEquals("localhost", q.serverName());
        assertEquals(80, q.serverPort());
        assertEquals("", q.scriptName() + q.pathInfo() + q.queryString() + q.requestUri());
        assertEquals("/", q.path());
        assertEquals("/", q.rawPath());
        assertNull(q.remoteAddr());
        assertNull(q.remoteHost());
        assertNull(q.remoteUser());
        assertNull(q.remoteIdent());
        assertNull(q.authType());
        assertNull(q.contentType());
        assertNull(q.pathTranslated());
        assertNull(q.gatewayInterface());
        assertNull(q.serverSoftware());
        assertEquals(-1, q.contentLength());
        assertEquals("http://localhost", q.url());
    }

    @Test
    void theRemoteHostFallsBackToTheAddress() { // RFC 3875 4.1.9
        assertEquals("127.0.0.1", request().remoteHost());
        assertEquals("h", request("REMOTE_HOST", "h").remoteHost());
    }

    @ParameterizedTest
    @CsvSource({"'', -1", "-1, -1", "0, 0", "17, 17", "-5, -1", "x, -1", "1 2, -1", "+5, -1", "٣, -1",
        "99999999999999999999, -1"})
    void aContentLengthThatIsNoneMeansUnknown(String sent, long length) { // RFC 3875 4.1.2
        assertEquals(length, request("CONTENT_LENGTH", sent).contentLength());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "-1", "+81", "٨١", "65536", "81 "})
    void anUnusablePortIs80(String sent) { // RFC 3875 4.1.15
        assertEquals(80, request("SERVER_PORT", sent).serverPort());
    }

    @Test
    void namesHaveTwoCasesInAsciiOnly() { // otherwise a header invented by a client would be taken for another
        CgiExchange q = request("HTTP_HO\u017FT", "evil", "HTTP_\u212A", "kelvin");
        assertNull(q.meta("HTTP_HOST"));
        assertNull(q.meta("http_k"));
        assertNull(q.header("k"));
        assertEquals(Map.of("ho\u017Ft", "evil", "\u212A", "kelvin"), q.headers());
        assertNull(request("HTTP_SS", "two").header("\u00DF"));
    }

    // ---- path

    @ParameterizedTest
    @CsvSource({
        "/app,   /p,   /d, /u?q, /app/p", // most web servers
        "'',     /p/q, '', /u,   /p/q", // h2o
        "/app,   '',   '', /u,   /app", // lighttpd
        "'',     '',   /d, /u,   /d",
        "'',     '',   '', /%C3%A9%20b?x=%20, /é b",
        "'',     '',   '', '',   /",
        "/a%2F,  '',   '', '',   /a%2F", // decoded already: RFC 3875 4.1.5
        "'',     '',   '', *,    *",
        "/,      /url, '', '',   /url", // one slash between them
        "/app/,  /x,   '', '',   /app/x",
        "/app/,  //x,  '', '',   /app//x",
        "/app,   //x,  '', '',   /app//x",
        "/,      '',   '', '',   /",
        "'',     '',   '', http://h.example/%C3%A9?x=/y, /é", // absolute-form, RFC 9112 3.2.2
        "'',     '',   '', HTTPS://h.example,  /",
        "'',     '',   '', http://h.example?x, /"
    })
    void thePathIsWhatTheWebServerSays(String script, String info, String document, String uri, String path) {
        assertEquals(path, request("SCRIPT_NAME", script, "PATH_INFO", info, "DOCUMENT_URI", document,
                "REQUEST_URI", uri).path());
    }

    @Test
    void pathInfoMayHoldAnything() { // RFC 3875 4.1.5, CVE-2019-11043, NUL in a path
        CgiExchange q = request("SCRIPT_NAME", "/A", "PATH_INFO", "/b\nC\0d", "REQUEST_URI", "/x");
        assertEquals("/b\nC\0d", q.pathInfo());
        assertEquals("/A/b\nC\0d", q.path());
        assertEquals("http://localhost/x/b%0AC%00d", q.selfUrl());
    }

    @Test
    void theRawPathIsNotDecoded() {
        assertEquals("/a%2Fb", request("SCRIPT_NAME", "/a/b", "REQUEST_URI", "/a%2Fb?c").rawPath());
        assertEquals("/a%20b%3F", request("SCRIPT_NAME", "/a b?", "REQUEST_URI", "").rawPath());
        assertEquals("/a%2Fb", request("REQUEST_URI", "http://h.example/a%2Fb?c").rawPath());
        assertEquals("/", request("REQUEST_URI", "http://h.example").rawPath());
    }

    // ---- headers

    @Test
    void headersAreFoundInAnyCase() { // RFC 3875 4.1.18
        CgiExchange q = request("HTTP_ACCEPT_LANGUAGE", "de", "HTTP_USER_AGENT", "ua", "HTTP_REFERER", "r",
                "HTTP_EMPTY", "");
        assertEquals("de", q.header("accept-Language"));
        assertEquals("ua", q.userAgent());
        assertEquals("r", q.referer());
        assertNull(q.header("Empty"));
        assertNull(q.header("Missing"));
        assertEquals(Map.of("accept-language", "de", "user-agent", "ua", "referer", "r"), q.headers());
    }

    @Test
    void bodyHeadersComeFromTheirOwnVariables() { // RFC 3875 4.1.18; CVE-2024-8927: HTTP_* overrides nothing
        CgiExchange q = request("CONTENT_TYPE", "a/b", "HTTP_CONTENT_TYPE", "evil", "HTTP_CONTENT_LENGTH", "5",
                "HTTP_REMOTE_USER", "evil");
        assertEquals("a/b", q.header("Content-Type"));
        assertNull(q.header("Content-Length"));
        assertEquals(Map.of("content-type", "a/b", "remote-user", "evil"), q.headers());
        assertNull(q.remoteUser());
        assertEquals(-1, q.contentLength());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "text/html | text/html | 1",
        "text/html;q=0.5 | text/html | 0.5",
        "text/html; Q=.5 | TEXT/HTML | 0.5",
        "text/* ; q = 0.3, text/html | text/plain | 0.3",
        "*/*;q=0.1, text/html | image/png | 0.1",
        "*;q=0.1 | image/png | 0.1",
        "text/html | image/png | 0",
        "text/html;q=0, */* | text/html | 0",
        "text/html;q=x | text/html | 0",
        "text/html;q=NaN | text/html | 0",
        "text/html;q=7 | text/html | 1",
        "text/html;q=-1 | text/html | 0",
        "text/html;level=1;q=0.4, text/html;q=0.7 | text/html | 0.7",
        "text/html;level=1;q=0.4, text/html;q=0.7 | text/html;level=1 | 0.4",
        "text/html;level=1;q=0.4, text/html;q=0.7 | text/html; level=2 | 0.7",
        "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"
                + " | text/plain;format=fixed | 0.4",
        "text/ | text/html | 0",
        ",;, ;q=1 | text/html | 0",
        "a/b;x=\"1,c/d,\";q=0.3 | c/d | 0", // quotation marks protect commas
        "a/b;x=\"1,c/d,\";q=0.3 | a/b;x=\"1,c/d,\" | 0.3",
        "a/b;x=\"1;q=0.5\";q=0.3 | a/b;x=\"1;q=0.5\" | 0.3",
        "a/b;x=\"\\\",c/d\";q=0.3 | c/d | 0",
        "a/b;x=y;q=0.3 | a/b;x=\"y\" | 0.3",
        "text/mar\u212Adown | text/markdown | 0",
        "\u2003text/html | text/html | 0",
    })
    void acceptIsWeighed(String header, String type, double quality) {
        assertEquals(quality, request("HTTP_ACCEPT", header).accepts(type));
    }

    @Test
    void acceptedTypesAreSorted() {
        assertEquals(List.of("c/d", "e/f", "a/b"),
                request("HTTP_ACCEPT", "a/b;q=0.2, c/d, x/y;q=0, e/f;q=1, NaN/x;q=NaN").accepted());
        assertEquals(List.of(), request().accepted());
        assertEquals(1, request().accepts("a/b"));
    }

    // ---- cookies

    @ParameterizedTest
    @ValueSource(strings = {"a=1; b=2", "a=1;b=2", "a=1\t;\tb=2", "a=1 ;  b=2", ";;a=1;;b=2;", "a=1; c; b=2",
        "a=1; =; b=2", "a=\"1\"; b=\"2\"", "a=1; a=3; b=2", "a=1; b=%32", "a=1;  =3; b=2"})
    void cookiesAreSeparatedBySemicolons(String header) { // RFC 3875 4.1.18
        CgiExchange q = request("HTTP_COOKIE", header);
        assertEquals("1", q.cookie("a"));
        assertEquals("2", q.cookie("b"));
        assertNull(q.cookie("c"));
        assertEquals(List.of("a", "b"), q.cookieNames());
        assertEquals(header, q.rawCookie());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a=1,2 | 1,2", "a=1,b=2 | 1,b=2", "a=1, b=2 | 1, b=2", "a=\"1, b=2\" | 1, b=2",
        "a={\"x\":1, \"y\":2} | {\"x\":1, \"y\":2}", "a=x, y | x, y", "a= | ''",
        "a=b=c | b=c", "a=% | %", "a=%4 | %4", "a=%zz | %zz", "a=+ | +", "a=%C3%A9 | é", "a=é | é", "a=%00 | '\0'",
        "a=\" | \"", "a=\"\" | ''", "a=%E9 | '\uFFFD'", "a=%ff% | '\uFFFD%'", "a=\"x; y=z\" | '\"x'"
    })
    void aCookieKeepsItsValue(String header, String value) {
        assertEquals(value, request("HTTP_COOKIE", header).cookie("a"));
    }

    /** CVE-2020-7070, CVE-2020-8184: other hosts cannot set a __Host- cookie, but any that does not look like one. */
    @Test
    void noOtherNameBecomesThatOfACookie() {
        String name = "__Host-sid";
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            for (String forged : List.of((char) c + name, name + (char) c, "x=1" + (char) c + ' ' + name,
                    "x=\"1" + (char) c + name, "__Ho" + (char) c + "t-sid")) {
                String asRead = forged.substring(forged.lastIndexOf(';') + 1).replaceAll("^[ \t]+|([ \t]+|=.*)$", "");
                assertEquals(asRead.equals(name) ? "evil" : null,
                        request("HTTP_COOKIE", forged + "=evil").cookie(name) == null ? null : "evil", forged);
            }
        }
        for (int i = 0; i < name.length(); i++) {
            String escaped = name.substring(0, i) + "%%%02x".formatted((int) name.charAt(i)) + name.substring(i + 1);
            CgiExchange q = request("HTTP_COOKIE", escaped + "=evil; " + name + "=good");
            assertEquals("good", q.cookie(name));
            assertEquals("evil", q.cookie(escaped));
            assertEquals(List.of(escaped, name), q.cookieNames());
        }
    }

    @Test
    void cookiesAreReadAsBytes() {
        CgiExchange q = ByteRequest.of("HTTP_COOKIE", "\u00C3\u00A9=%E2\u0082\u00AC; x=\u00E9");
        assertEquals("€", q.cookie("é"));
        assertEquals("\uFFFD", q.cookie("x"));
    }

    @Test
    void withoutCookiesThereAreNone() {
        assertNull(request().cookie("a"));
        assertNull(request().rawCookie());
        assertEquals(List.of(), request().cookieNames());
        assertFalse(request("HTTP_COOKIE", "garbage").cookieNames().contains("garbage"));
    }

    @Test
    void aCookieComesBackAsItWasSet() {
        String value = "a b;c,d\"e\\f%g+h=é\u0001\r\n😀";
        String pair = Cookie.of("n", value).toString();
        assertEquals(value, request("HTTP_COOKIE", "x=1; " + pair).cookie("n"));
    }

    // ---- the query

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a=1 | 1", "a=1&a=2 | 1,2", "a=1;a=2 | 1;a=2", "&&a=1&;&a=2& | 1,2", "a= | ''", "a&b=1 | ''", "b=1&a | ''",
        "a=1+2 | 1 2", "a=%2B | +", "a=b=c | b=c", "a=% | %", "a=%4 | %4", "a=%zz | %zz", "a=%4z | %4z",
        "a=%z4 | %z4", "a=%C3%A9 | é", "a=é | é", "a=é%C3%A9 | éé", "a=%E9 | '\uFFFD'", "a=%00 | '\0'", "%61=1 | 1",
        "A=1&a=2 | 2",
        "a=%u20ac | %u20ac", "a=%25%34%31 | %41", "a=%e2%82%ac | €", "a=%D9%A1 | ١", "a=%١١ | %١١"
    })
    void queryParametersAreDecoded(String query, String values) throws Exception {
        List<String> expected = values.equals("''") ? List.of("") : List.of(values.split(","));
        CgiExchange q = query(query);
        assertEquals(expected, q.queryParams("a"));
        assertEquals(expected.get(0), q.queryParam("a"));
        assertEquals(expected, q.params("a")); // no body
        assertEquals(expected.get(0), q.param("a"));
    }

    @Test
    void aQueryWithoutTheNameHasNoValue() throws Exception {
        assertNull(query("b=1").queryParam("a"));
        assertEquals(List.of(), query("b=1").queryParams("a"));
        assertNull(query("").queryParam("")); // RFC 3875 4.1.7
        assertEquals("1", query("=1").queryParam(""));
    }

    @Test
    void namesKeepTheirOrder() throws Exception {
        CgiExchange q = query("c=1&b=2&a=3&b=4");
        assertEquals(List.of("c", "b", "a"), q.paramNames());
        assertEquals("{c=[1], b=[2, 4], a=[3]}", q.allParams().toString());
    }

    @Test
    void aSemicolonSeparatesWhereThatIsWanted() throws Exception { // CVE-2021-23336
        StubRequest request = StubRequest.of("GET", "/?utm=1;admin=1&a;b=2");
        CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT);
        assertEquals("{utm=[1;admin=1], a;b=[2]}", q.allParams().toString());
        q = CgiExchange.of(request, CgiOptions.builder().semicolonSeparates(true).build());
        assertEquals("{utm=[1], admin=[1], a=[], b=[2]}", q.allParams().toString());
        assertEquals(List.of("a;b"), query("a;b").keywords());
        StubRequest form = StubRequest.of("POST", "/", "application/x-www-form-urlencoded", "a=1;b=2".getBytes());
        assertEquals("1;b=2", CgiExchange.of(form, CgiOptions.DEFAULT).bodyParam("a"));
        form = StubRequest.of("POST", "/", "application/x-www-form-urlencoded", "a=1;b=2".getBytes());
        assertEquals("2", CgiExchange.of(form, CgiOptions.builder().semicolonSeparates(true).build()).bodyParam("b"));
    }

    @Test
    void escapesAreUndoneBeforeTheBytesBecomeText() throws Exception {
        CgiExchange q = ByteRequest.of("QUERY_STRING", "a=%E2\u0082\u00AC&\u00C3%A9=\u00E2%82%AC");
        assertEquals("€", q.queryParam("a"));
        assertEquals("€", q.queryParam("é"));
        assertEquals(List.of("€"), ByteRequest.of("QUERY_STRING", "%E2\u0082%AC").keywords());
        assertEquals("/€", ByteRequest.of("REQUEST_URI", "/\u00E2%82\u00AC").path());
    }

    @ParameterizedTest
    @CsvSource({"a+b, 'a,b'", "a, a", "'', ''", "+a++b+, 'a,b'", "a%20b%3D, 'a,b='", "a=1, ''", "a&b, ''"})
    void aQueryWithoutPairsIsKeywords(String query, String words) throws Exception { // RFC 3875 4.4
        CgiExchange q = query(query);
        assertEquals(words.isEmpty() ? List.of() : List.of(words.split(",")), q.keywords());
        if (!words.isEmpty()) {
            assertEquals(List.of(), q.paramNames());
        }
    }

    @Test
    void tooManyParametersAre413() throws Exception {
        CgiOptions options = CgiOptions.builder().maxFields(3).build();
        assertEquals("3", CgiExchange.of(StubRequest.of("GET", "/?a=1&&&b=2&c=3"), options).queryParam("c"));
        CgiExchange q = CgiExchange.of(StubRequest.of("GET", "/?a=1&b=2&c=3&d"), options);
        assertEquals(413, assertThrows(CgiException.class, () -> q.queryParam("a")).status());
        assertEquals(413, assertThrows(CgiException.class, () -> q.param("a")).status());
    }

    @Test
    void theCharsetOfTheOptionsDecodes() throws Exception {
        CgiOptions latin1 = CgiOptions.builder().charset(StandardCharsets.ISO_8859_1).build();
        assertEquals("é", CgiExchange.of(StubRequest.of("GET", "/?a=%E9"), latin1).queryParam("a"));
        assertEquals("Ã©é", CgiExchange.of(StubRequest.of("GET", "/?a=é%E9"), latin1).queryParam("a")); // bytes
        CgiOptions shiftJis = CgiOptions.builder().charset(Charset.forName("Shift_JIS")).build();
        assertEquals("カ", CgiExchange.of(StubRequest.of("GET", "/?a=%83J"), shiftJis).queryParam("a"));
    }

    @Test
    void aPathVariableThatTheRouteLacksIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> request().pathVariable("id"));
    }
}
