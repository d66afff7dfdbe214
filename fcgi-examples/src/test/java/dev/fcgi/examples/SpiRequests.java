package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.answer;
import static dev.fcgi.examples.SpiCase.get;
import static dev.fcgi.examples.SpiCase.post;
import static dev.fcgi.examples.SpiCase.program;
import static dev.fcgi.examples.SpiCase.send;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What a handler sees of the head of a request. */
final class SpiRequests {
    private static final Set<String> OF_CONNECTION = Set.of("connection", "keep-alive", "te");

    static final String TWO_SLASHES = "A path that begins with two slashes is 400, as in newer updates of the JDK";
    static final String BAD_URI = "<h1>400 Bad Request</h1>Bad request URI";

    private SpiRequests() {}

    static Stream<SpiCase> all() {
        return Stream.of(targets(), methods(), headers()).flatMap(cases -> cases);
    }

    /** Tells all that there is to see. */
    static void show(HttpExchange exchange, SpiSide side) throws IOException {
        side.see(exchange.getRequestMethod() + ' ' + exchange.getRequestURI() + ' ' + exchange.getProtocol());
        side.see("path " + exchange.getRequestURI().getPath() + " query " + exchange.getRequestURI().getQuery());
        exchange.getRequestHeaders().entrySet().stream()
                .filter(field -> !OF_CONNECTION.contains(field.getKey().toLowerCase(Locale.ROOT)))
                .map(field -> field.getKey() + '=' + field.getValue()).sorted().forEach(side::see);
        side.see("principal " + exchange.getPrincipal() + ", code " + exchange.getResponseCode());
        byte[] body = exchange.getRequestBody().readAllBytes();
        side.see(body.length + " bytes, " + java.util.Arrays.hashCode(body));
        answer(exchange, 200, "seen");
    }

    /** What an older update says differently. */
    private static SpiCase malformed(String name, String target) {
        return get(name, target, SpiRequests::show).differs("The text of error pages is that of newer updates of the JDK",
                "body", "*", BAD_URI, "header content-length", "*", "39");
    }

    private static Stream<SpiCase> targets() {
        return Stream.of(
                get("a path", "/a", SpiRequests::show),
                get("a path and a query", "/a/b.html?c=d&e", SpiRequests::show),
                get("an empty query", "/a?", SpiRequests::show),
                get("percent-encoded path", "/a/b%20c%3Fd", SpiRequests::show),
                get("percent-encoded slash", "/a/b%2Fc", SpiRequests::show),
                get("percent-encoded UTF-8", "/a/%C3%A9%E2%82%AC?%F0%9F%98%80", SpiRequests::show),
                get("percent-encoded what is not UTF-8", "/a/%FF%FE", SpiRequests::show),
                get("raw UTF-8", "/a/" + TwinCase.utf8("éè") + "?q=" + TwinCase.utf8("ü"), SpiRequests::show),
                malformed("raw UTF-8 with a C1 character", "/a/" + TwinCase.utf8("À")),
                get("plus signs", "/a/b+c?d+e", SpiRequests::show),
                get("escapes in lower case", "/a/%c3%a9", SpiRequests::show),
                get("dot segments", "/a/./b/../c", SpiRequests::show),
                get("two slashes inside", "/a//b", SpiRequests::show),
                get("two slashes first", "//a/b", SpiRequests::show).differs(TWO_SLASHES, "status", "*", "400",
                        "body", "*", BAD_URI, "header content-length", "*", "39", "header content-type", "*",
                        "text/html", "seen", "*", null),
                get("a path parameter", "/a/b;c=d;e", SpiRequests::show),
                get("signs that a path may have", "/a/-._~!$&'()*,=:@", SpiRequests::show),
                get("a fragment", "/a/b#c", SpiRequests::show),
                get("a long query", "/a?" + "0123456789".repeat(600), SpiRequests::show),
                malformed("a bar", "/a/b|c"),
                malformed("braces in the query", "/a?{b}"),
                malformed("a caret in the query", "/a?b^c"),
                get("brackets in the query", "/a?b[]=c", SpiRequests::show),
                malformed("brackets in the path", "/a/b[c]"),
                malformed("a backslash", "/a/b\\c"),
                malformed("a quotation mark", "/a?b=\"c\""),
                malformed("a bare percent sign", "/a?b=100%"),
                program("an absolute URI", "GET http://spi.test/a/b?c", null,
                        side -> side.context("/a", SpiRequests::show)),
                program("an asterisk", "OPTIONS *", null, side -> side.context("/", SpiRequests::show)),
                program("HTTP/1.0", "GET /a HTTP/1.0", null, side -> side.context("/a", SpiRequests::show))
                        .differs("The protocol is the browser's", "seen", "*", "*"),
                get("the address of the other end", "/a", (exchange, side) -> {
                    InetSocketAddress remote = exchange.getRemoteAddress();
                    side.see(remote.getAddress().getHostAddress() + " resolved " + !remote.isUnresolved());
                    side.see(exchange.getLocalAddress().getAddress().getHostAddress());
                    answer(exchange, 200, "seen");
                }));
    }

    private static Stream<SpiCase> methods() {
        return Stream.of("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "HEAD", "get")
                .map(method -> send("method " + method, method, "/m", null, SpiRequests::show));
    }

    private static Stream<SpiCase> headers() {
        return Stream.of(
                get("headers of a browser", "/h", SpiRequests::show, "User-Agent: Mozilla/5.0 (X11)",
                        "Accept: text/html,*/*;q=0.8", "Accept-Language: de,en;q=0.5", "Accept-Encoding: gzip, br",
                        "Referer: http://spi.test/", "DNT: 1", "Sec-Fetch-Mode: navigate",
                        "If-None-Match: \"x\"", "If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT", "Range: bytes=0-1"),
                get("names in any case", "/h", (exchange, side) -> {
                    side.see(exchange.getRequestHeaders().getFirst("x-ONE"));
                    side.see(exchange.getRequestHeaders().containsKey("X-one"));
                    side.see(exchange.getRequestHeaders().get("X-None"));
                    answer(exchange, 200, "seen");
                }, "x-oNE: 1"),
                get("a cookie", "/h", SpiRequests::show, "Cookie: a=b; c=\"d\""),
                get("credentials", "/h", SpiRequests::show, "Authorization: Bearer a.b.c"),
                get("an empty value", "/h", SpiRequests::show, "X-Empty:"),
                get("blanks in and around a value", "/h", SpiRequests::show, "X-Blanks:   a  b  "),
                get("digits and signs in names", "/h", SpiRequests::show, "X-1-a2: b", "X.y: c"),
                get("a long value", "/h", SpiRequests::show, "X-Long: " + "0123456789".repeat(300)),
                get("forty headers", "/h", SpiRequests::show, Stream.iterate(1, i -> i + 1).limit(40)
                        .map(i -> "X-Number-" + i + ": " + i).toArray(String[]::new)),
                get("Latin-1 in a value", "/h", SpiRequests::show, "X-Latin: \u00e9\u00ff"),
                get("UTF-8 in a value", "/h", SpiRequests::show, "X-Utf: " + TwinCase.utf8("é€")),
                get("an underscore in a name", "/h", SpiRequests::show, "X_Under: lost"),
                get("headers of the connection", "/h", SpiRequests::show, "Keep-Alive: 5", "Upgrade: h2c"),
                post("a type with parameters", "/h", "a=b", SpiRequests::show,
                        "Content-Type: application/x-www-form-urlencoded; charset=\"utf-8\""),
                post("Expect", "/h", "abc", SpiRequests::show, "Expect: 100-continue"),
                get("a type without a body", "/h", SpiRequests::show, "Content-Type: text/plain"),
                get("X-Forwarded-For", "/h", SpiRequests::show, "X-Forwarded-For: 10.1.2.3, 10.1.2.4"),
                get("one header twice", "/h", (exchange, side) -> {
                    List<String> all = exchange.getRequestHeaders().get("X-Twice");
                    side.see(String.join(", ", all)); // as many as the web server makes of them
                    answer(exchange, 200, "seen");
                }, "X-Twice: a", "X-Twice: b"),
                get("the header Proxy", "/h", SpiRequests::show, "Proxy: http://evil.test")
                        .differs("The header `Proxy` does not arrive", "seen", "*", "*"),
                get("headers cannot be changed", "/h", (exchange, side) -> {
                    side.attempt("set", () -> {
                        exchange.getRequestHeaders().set("X-One", "2");
                        return null;
                    });
                    side.attempt("remove", () -> exchange.getRequestHeaders().remove("X-One"));
                    side.attempt("add", () -> exchange.getRequestHeaders().get("X-One").add("2"));
                    side.see(exchange.getRequestHeaders().get("X-One"));
                    answer(exchange, 200, "seen");
                }, "X-One: 1"));
    }
}
