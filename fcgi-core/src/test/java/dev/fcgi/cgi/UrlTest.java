package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** URLs and their parts. The tables are the results of CGI.pm 4.55. */
final class UrlTest {
    private static final UrlPart[][] VARIANTS = {
        {}, {UrlPart.BASE}, {UrlPart.FULL}, {UrlPart.ABSOLUTE}, {UrlPart.RELATIVE},
        {UrlPart.ABSOLUTE, UrlPart.PATH_INFO}, {UrlPart.RELATIVE, UrlPart.PATH_INFO, UrlPart.QUERY},
        {UrlPart.FULL, UrlPart.PATH_INFO}, {UrlPart.FULL, UrlPart.QUERY}, {UrlPart.ABSOLUTE, UrlPart.NO_REWRITE},
        {UrlPart.RELATIVE, UrlPart.NO_REWRITE},
        {UrlPart.FULL, UrlPart.PATH_INFO, UrlPart.QUERY, UrlPart.NO_REWRITE}, {UrlPart.ABSOLUTE, UrlPart.RELATIVE},
        {UrlPart.BASE, UrlPart.QUERY}, {UrlPart.FULL, UrlPart.RELATIVE}
    };

    private static CgiExchange request(CgiOptions options, String... variables) {
        StubRequest request = StubRequest.of("GET", "/").with("SCRIPT_NAME", "").with("REQUEST_URI", "")
                .with("SERVER_NAME", "srv");
        for (int i = 0; i < variables.length; i += 2) {
            request.with(variables[i], variables[i + 1]);
        }
        return CgiExchange.of(request, options);
    }

    private static CgiExchange request(String... variables) {
        return request(CgiOptions.DEFAULT, variables);
    }

    private static void check(CgiExchange q, String self, String... expected) {
        for (int i = 0; i < VARIANTS.length; i++) {
            assertEquals(expected[i], q.url(VARIANTS[i]), Arrays.toString(VARIANTS[i]));
        }
        assertEquals(self, q.selfUrl());
    }

    @Test
    void aRewrittenUrlIsTheOneThatWasAskedFor() {
        CgiExchange q = request("SCRIPT_NAME", "/cgi/app.cgi", "PATH_INFO", "/x y", "QUERY_STRING", "a=1",
                "REQUEST_URI", "/pretty/app/x%20y?a=1", "HTTP_HOST", "example.org");
        check(q, "http://example.org/pretty/app/x%20y?a=1",
                "http://example.org/pretty/app", "http://example.org", "http://example.org/pretty/app", "/pretty/app",
                "app", "/pretty/app/x%20y", "app/x%20y?a=1", "http://example.org/pretty/app/x%20y",
                "http://example.org/pretty/app?a=1", "/cgi/app.cgi", "app.cgi",
                "http://example.org/cgi/app.cgi/x%20y?a=1", "app", "http://example.org",
                "http://example.org/pretty/app");
    }

    @Test
    void aPortOfItsOwnIsKept() {
        CgiExchange q = request("SCRIPT_NAME", "/cgi/app.cgi", "REQUEST_URI", "/cgi/app.cgi", "HTTP_HOST",
                "example.org:8080");
        String full = "http://example.org:8080/cgi/app.cgi";
        check(q, full, full, "http://example.org:8080", full, "/cgi/app.cgi", "app.cgi", "/cgi/app.cgi", "app.cgi",
                full, full, "/cgi/app.cgi", "app.cgi", full, "app.cgi", "http://example.org:8080", full);
    }

    @Test
    void aProgramThatIsADirectoryHasAnEmptyRelativeUrl() {
        CgiExchange q = request("SCRIPT_NAME", "/a/", "QUERY_STRING", "q=%C3%A9", "HTTPS", "on", "SERVER_PORT", "443");
        check(q, "https://srv/a/?q=%C3%A9",
                "https://srv/a/", "https://srv", "https://srv/a/", "/a/", "", "/a/", "?q=%C3%A9", "https://srv/a/",
                "https://srv/a/?q=%C3%A9", "/a/", "", "https://srv/a/?q=%C3%A9", "", "https://srv", "https://srv/a/");
    }

    @Test
    void withoutRequestUriTheScriptNameCounts() {
        CgiExchange q = request("SCRIPT_NAME", "/app", "PATH_INFO", "/p/q", "SERVER_PORT", "8443", "HTTPS", "ON");
        check(q, "https://srv:8443/app/p/q",
                "https://srv:8443/app", "https://srv:8443", "https://srv:8443/app", "/app", "app", "/app/p/q",
                "app/p/q", "https://srv:8443/app/p/q", "https://srv:8443/app", "/app", "app",
                "https://srv:8443/app/p/q", "app", "https://srv:8443", "https://srv:8443/app");
    }

    @Test
    void withoutScriptNameAllIsPathInfo() { // h2o
        CgiExchange q = request("PATH_INFO", "/p/q", "REQUEST_URI", "/p/q?k=v", "QUERY_STRING", "k=v",
                "HTTP_HOST", "h");
        check(q, "http://h/p/q?k=v",
                "http://h", "http://h", "http://h", "", "", "/p/q", "/p/q?k=v", "http://h/p/q", "http://h?k=v", "", "",
                "http://h/p/q?k=v", "", "http://h", "http://h");
    }

    @Test
    void whatMayNotStandInAUrlIsEncoded() { // CGI.pm leaves the host of -base as it is
        CgiExchange q = request("SCRIPT_NAME", "/café", "PATH_INFO", "/\"<b>'", "REQUEST_URI",
                "/caf%C3%A9/%22%3Cb%3E%27", "HTTP_HOST", "h\"<");
        check(q, "http://h%22%3C/caf%C3%A9/%22%3Cb%3E%27",
                "http://h%22%3C/caf%C3%A9", "http://h%22%3C", "http://h%22%3C/caf%C3%A9", "/caf%C3%A9", "caf%C3%A9",
                "/caf%C3%A9/%22%3Cb%3E%27", "caf%C3%A9/%22%3Cb%3E%27", "http://h%22%3C/caf%C3%A9/%22%3Cb%3E%27",
                "http://h%22%3C/caf%C3%A9", "/caf%C3%A9", "caf%C3%A9", "http://h%22%3C/caf%C3%A9/%22%3Cb%3E%27",
                "caf%C3%A9", "http://h%22%3C", "http://h%22%3C/caf%C3%A9");
    }

    @Test
    void percentAndQuestionMarkOfAPathStayThere() { // CGI.pm has /100%?x, which means something else
        CgiExchange q = request("SCRIPT_NAME", "/100%?x\\", "REQUEST_URI", "/100%25%3Fx%5C?a=%25", "QUERY_STRING",
                "a=%25", "HTTP_HOST", "h");
        assertEquals("http://h/100%25%3Fx%5C?a=%25", q.selfUrl());
    }

    @Test
    void aUrlWithoutHostLeadsToNoOtherPlace() {
        assertEquals("/evil.example/x", request("REQUEST_URI", "//evil.example/x").url(UrlPart.ABSOLUTE));
        assertEquals("/%5Cevil.example", request("REQUEST_URI", "/\\evil.example").url(UrlPart.ABSOLUTE));
        assertEquals("/evil.example", request("PATH_INFO", "//evil.example").url(UrlPart.ABSOLUTE, UrlPart.PATH_INFO));
        assertEquals("/javascript:x", request("REQUEST_URI", "javascript:x").url(UrlPart.ABSOLUTE));
        assertEquals("http://srv/.evil.example/", request("REQUEST_URI", ".evil.example/").url());
        assertEquals("javascript%3Aalert%281%29", request("REQUEST_URI", "/javascript:alert(1)").url(UrlPart.RELATIVE));
        assertEquals("http://h/a:b", request("REQUEST_URI", "/a:b", "HTTP_HOST", "h").url());
    }

    @Test
    void aWholeUrlAsRequestUriIsUnderstood() { // absolute-form, RFC 9112 3.2.2: its host counts, not the header's
        CgiExchange q = request("REQUEST_URI", "http://h.example:8080/a/url?x=1", "SCRIPT_NAME", "/a", "PATH_INFO",
                "/url", "QUERY_STRING", "x=1", "HTTP_HOST", "other");
        check(q, "http://h.example:8080/a/url?x=1",
                "http://h.example:8080/a", "http://h.example:8080", "http://h.example:8080/a", "/a", "a", "/a/url",
                "a/url?x=1", "http://h.example:8080/a/url", "http://h.example:8080/a?x=1", "/a", "a",
                "http://h.example:8080/a/url?x=1", "a", "http://h.example:8080", "http://h.example:8080/a");
        assertEquals("h.example", q.host());
        assertEquals(8080, q.port());
    }

    @ParameterizedTest
    @CsvSource({
        "http://h.example/url,       http://h.example/url",
        "HTTP://h.example/url,       http://h.example/url",
        "https://h.example/url,      http://h.example/url", // TLS is what the web server says
        "http://h.example,           http://h.example/",
        "http://h.example?q,         http://h.example/",
        "http://u:p@h.example/url,   http://h.example/url",
        "http://[::1]:81/url,        http://[::1]:81/url",
        "http:///url,                http://header/url",
        "http://@/url,               http://header/url",
        "/http://h.example/url,      http://header/http://h.example/url",
        "/?http://h.example/url,     http://header/",
    })
    void theTargetOfARequestHasSeveralForms(String target, String url) {
        assertEquals(url, request("REQUEST_URI", target, "HTTP_HOST", "header").url());
    }

    @Test
    void oneSlashIsBetweenScriptNameAndPathInfo() { // with and without REQUEST_URI
        for (String uri : new String[] {"", "/url"}) {
            CgiExchange q = request("REQUEST_URI", uri, "SCRIPT_NAME", "/", "PATH_INFO", "/url");
            assertEquals("http://srv/url", q.selfUrl());
            assertEquals("/url", q.url(UrlPart.ABSOLUTE, UrlPart.PATH_INFO));
            assertEquals("/url", q.url(UrlPart.ABSOLUTE, UrlPart.PATH_INFO, UrlPart.NO_REWRITE));
        }
        CgiExchange q = request("REQUEST_URI", "", "SCRIPT_NAME", "/a/", "PATH_INFO", "/x");
        assertEquals("/a/x", q.url(UrlPart.ABSOLUTE, UrlPart.PATH_INFO));
        assertEquals("x", q.url(UrlPart.RELATIVE, UrlPart.PATH_INFO));
    }

    @Test
    void bytesThatAreNotTextLeadBackToWhereTheyCameFrom() {
        CgiExchange q = ByteRequest.of("REQUEST_URI", "/a\u00E9%E9/\u00E9?x=\u00E9%E9", "SCRIPT_NAME", "/a\u00E9\u00E9",
                "PATH_INFO", "/\u00E9", "QUERY_STRING", "x=\u00E9%E9", "SERVER_NAME", "srv");
        assertEquals("http://srv/a%E9%E9/%E9?x=%E9%E9", q.selfUrl());
        assertEquals("/a%E9%E9", q.url(UrlPart.ABSOLUTE));
    }

    @Test
    void pathInfoIsRemovedOnce() { // CGI.pm removes it twice
        assertEquals("/app/x", request("REQUEST_URI", "/app/x/x", "PATH_INFO", "/x").url(UrlPart.ABSOLUTE));
    }

    @ParameterizedTest
    @CsvSource({
        "example.org,            example.org,  80,   http://example.org",
        "example.org:80,         example.org,  80,   http://example.org",
        "example.org:8080,       example.org,  8080, http://example.org:8080",
        "example.org:,           example.org,  80,   http://example.org",
        "[::1],                  [::1],        80,   http://[::1]",
        "[2001:db8::1]:8080,     [2001:db8::1], 8080, http://[2001:db8::1]:8080",
        "2001:db8::1,            2001:db8::1,  80,   http://[2001:db8::1]",
        "127.0.0.1:99,           127.0.0.1,    99,   http://127.0.0.1:99",
        "a@b,                    a@b,          80,   http://a%40b",
        "a/b?c#d,                a/b?c#d,      80,   http://a%2Fb%3Fc%23d",
        "a:x,                    a,            80,   http://a",
        "[a]:b:[\"<],            '[a]:b:[\"<]', 80,  http://[a%5D:b:%5B%22%3C]",
    })
    void theHostHeaderIsTakenApart(String header, String host, int port, String base) {
        CgiExchange q = request("HTTP_HOST", header, "SERVER_PORT", "1234");
        assertEquals(host, q.host());
        assertEquals(port, q.port());
        assertEquals(base, q.url(UrlPart.BASE));
    }

    @ParameterizedTest
    @CsvSource({
        "www,          80,   www,         http://www",
        "www:8080,     8080, www,         http://www:8080", // HAProxy
        "[::1],        80,   [::1],       http://[::1]",
        "[::1]:81,     81,   [::1],       http://[::1]:81",
        "::1,          80,   ::1,         http://[::1]",
        "'',           80,   localhost,   http://localhost", // nginx may send an empty one
    })
    void withoutHostHeaderTheServerNameCounts(String name, String port, String host, String base) { // RFC 3875 4.1.14
        CgiExchange q = request("SERVER_NAME", name, "SERVER_PORT", port);
        assertEquals(host, q.serverName());
        assertEquals(host, q.host());
        assertEquals(base, q.url(UrlPart.BASE));
    }

    @ParameterizedTest
    @CsvSource({"on, '', 80, https", "ON, '', 80, https", "1, '', 80, https", "off, '', 80, http", "'', '', 80, http",
        "'', https, 80, https", "'', HTTPS, 80, https", "'', http, 80, http", "'', '', 443, https",
        "'', HTTP\u017F, 80, http", "1 , '', 80, https", "\u0661, '', 80, http"})
    void theSchemeIsHttpsByAnySign(String https, String scheme, String port, String expected) {
        assertEquals(expected, request("HTTPS", https, "REQUEST_SCHEME", scheme, "SERVER_PORT", port).scheme());
    }

    private static final String[] FORWARDED = {"HTTP_HOST", "inner:8080", "HTTP_X_FORWARDED_HOST", "evil, outer",
        "HTTP_X_FORWARDED_PROTO", "http, https"};

    @Test
    void forwardedHeadersAreNotTrusted() {
        assertEquals("http://inner:8080", request(FORWARDED).url());
    }

    @Test
    void forwardedHeadersCountWhereTheyAreTrustedAndThenTheLast() {
        CgiOptions trusting = CgiOptions.builder().trustForwarded(true).build();
        CgiExchange q = request(trusting, FORWARDED);
        assertEquals("https://outer", q.url());
        assertEquals(443, q.port());
        assertEquals("https://outer:8443", request(trusting, "HTTP_X_FORWARDED_HOST", "outer:8443",
                "HTTP_X_FORWARDED_PROTO", "HTTPS").url());
        assertEquals("http://srv:81", request(trusting, "HTTP_X_FORWARDED_PORT", "1, 81").url());
        assertEquals("http://srv", request(trusting, "HTTP_X_FORWARDED_PORT", "x", "HTTP_X_FORWARDED_PROTO", "evil:")
                .url());
        assertEquals("http://inner:8080", request(trusting, "HTTP_HOST", "inner:8080").url());
        assertEquals("http://srv", request(trusting, "HTTP_X_FORWARDED_PORT", "\u0668\u0660\u0660\u0660").url());
        assertEquals("http://srv", request(trusting, "HTTP_X_FORWARDED_PORT", "65536").url());
        assertEquals("http://srv", request(trusting, "HTTP_X_FORWARDED_PROTO", "http\u017F").url());
        assertEquals("https://outer/x", request(trusting, "REQUEST_URI", "http://asked/x", "HTTP_X_FORWARDED_HOST",
                "outer", "HTTP_X_FORWARDED_PROTO", "https").url());
    }
}
