package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.answer;
import static dev.fcgi.examples.SpiCase.get;
import static dev.fcgi.examples.SpiCase.send;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpHandlers;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What handlers answer. */
final class SpiResponses {
    private static final byte[] MEBIBYTE = "0123456789abcdef".repeat(65_536).getBytes();

    private SpiResponses() {}

    static Stream<SpiCase> all() {
        return Stream.of(statuses(), lengths(), withoutBody(), headers()).flatMap(cases -> cases);
    }

    private static Stream<SpiCase> statuses() {
        Stream<SpiCase> statuses = IntStream.of(200, 201, 202, 203, 206, 207, 299, 300, 301, 302, 303, 307, 308, 400, 401,
                403, 404, 405, 409, 410, 413, 418, 422, 429, 451, 499, 500, 501, 502, 503, 504, 599).mapToObj(status ->
                get("status " + status, "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Content-Type", "text/x-status");
                    answer(exchange, status, "this is " + status);
                    side.see(exchange.getResponseCode());
                }));
        return Stream.concat(statuses, Stream.of(
                get("status 205", "/r", (exchange, side) -> exchange.sendResponseHeaders(205, -1)),
                get("a Location with 201", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Location", "/r/1");
                    answer(exchange, 201, "created");
                }),
                get("a Location with a path", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere?a=b");
                    exchange.sendResponseHeaders(302, -1);
                }),
                get("a Location with a URL", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Location", "https://other.test/a");
                    exchange.sendResponseHeaders(307, -1);
                }),
                get("a Location with 200", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    answer(exchange, 200, "stays");
                })));
    }

    private static Stream<SpiCase> lengths() {
        return Stream.of(
                get("a known length", "/r", (exchange, side) -> answer(exchange, 200, "hello\n")),
                get("an unknown length", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("hello\n".getBytes());
                    exchange.getResponseBody().close();
                }),
                get("an unknown length, and nothing", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.close();
                }),
                get("no body out", "/r", (exchange, side) -> exchange.sendResponseHeaders(200, -1)),
                get("a known MiB", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, MEBIBYTE.length);
                    exchange.getResponseBody().write(MEBIBYTE);
                    exchange.close();
                }),
                get("an unknown MiB", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    try (OutputStream body = exchange.getResponseBody()) {
                        for (int i = 0; i < MEBIBYTE.length; i += 1000) {
                            body.write(MEBIBYTE, i, Math.min(1000, MEBIBYTE.length - i));
                        }
                    }
                }),
                get("byte by byte out", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 5);
                    for (byte b : "hello".getBytes()) {
                        exchange.getResponseBody().write(b);
                    }
                    exchange.getResponseBody().close();
                }),
                get("flushed between", "/unbuffered", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    for (int i = 0; i < 5; i++) {
                        exchange.getResponseBody().write(("part " + i + '\n').getBytes());
                        exchange.getResponseBody().flush();
                    }
                    exchange.close();
                }),
                get("nothing written is nothing", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write(new byte[0]);
                    exchange.getResponseBody().write("hi".getBytes(), 0, 2);
                    exchange.getResponseBody().write("hi".getBytes(), 2, 0);
                    exchange.close();
                    exchange.getResponseBody().write(new byte[0]);
                }),
                get("the length is the call's", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Content-Length", "100");
                    answer(exchange, 200, "hello\n");
                }),
                get("the length of none is the call's", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Content-Length", "100");
                    exchange.sendResponseHeaders(404, -1);
                }),
                get("an unknown length beside a header", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Content-Length", "5");
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("hello".getBytes());
                    exchange.close();
                }).differs("A Content-Length beside an unknown length is dropped", "status", "*", "200", "body", "*",
                        "hello", "header content-type", "*", null, "header content-length", "*", null));
    }

    private static Stream<SpiCase> withoutBody() {
        return Stream.of(
                get("204", "/r", (exchange, side) -> exchange.sendResponseHeaders(204, -1)),
                get("204 with a length", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(204, 5);
                    side.attempt("write", () -> {
                        exchange.getResponseBody().write("hello".getBytes());
                        return null;
                    });
                }),
                get("304", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("ETag", "\"x\"");
                    exchange.sendResponseHeaders(304, -1);
                }),
                get("304 with the length of what was not sent", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Content-Length", "5");
                    exchange.sendResponseHeaders(304, -1);
                }),
                get("304 with a length", "/r", (exchange, side) -> exchange.sendResponseHeaders(304, 5)),
                send("HEAD with the length in a header", "HEAD", "/r", null, (exchange, side) -> {
                    exchange.getResponseHeaders().set("Content-Length", "5");
                    exchange.sendResponseHeaders(200, -1);
                }),
                send("HEAD with a length", "HEAD", "/r", null, (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 5);
                    side.attempt("write", () -> {
                        exchange.getResponseBody().write("hello".getBytes());
                        return null;
                    });
                    exchange.close();
                }),
                send("HEAD with an unknown length", "HEAD", "/r", null, (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.close();
                }),
                send("HEAD of an error", "HEAD", "/r", null, (exchange, side) -> exchange.sendResponseHeaders(404, -1)));
    }

    private static Stream<SpiCase> headers() {
        return Stream.of(
                get("several headers", "/r", (exchange, side) -> {
                    Headers headers = exchange.getResponseHeaders();
                    headers.set("content-TYPE", "text/html; charset=utf-8");
                    headers.add("X-One", "1");
                    headers.add("x-one", "2");
                    headers.set("Cache-Control", "no-store");
                    headers.put("Set-Cookie", List.of("a=b; Path=/", "c=d; HttpOnly"));
                    answer(exchange, 200, "hello\n");
                }),
                get("no type", "/r", (exchange, side) -> answer(exchange, 200, "hello\n")),
                get("an empty value out", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("X-Empty", "");
                    answer(exchange, 200, "hello\n");
                }),
                get("Latin-1 in a value out", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("X-Latin", "\u00e9\u00ff");
                    answer(exchange, 200, "hello\n");
                }),
                get("a header after the head", "/r", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.getResponseHeaders().set("X-Late", "1");
                }),
                get("a header removed", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("X-Gone", "1");
                    exchange.getResponseHeaders().remove("x-gone");
                    answer(exchange, 200, "hello\n");
                }),
                get("Connection: close", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Connection", "close");
                    answer(exchange, 200, "hello\n");
                }),
                get("validators and ranges", "/r", (exchange, side) -> {
                    Headers headers = exchange.getResponseHeaders();
                    headers.set("ETag", "W/\"1\"");
                    headers.set("Last-Modified", "Sat, 29 Oct 1994 19:43:31 GMT");
                    headers.set("Content-Range", "bytes 0-5/10");
                    headers.set("Accept-Ranges", "bytes");
                    headers.set("Vary", "Accept");
                    answer(exchange, 206, "hello\n");
                }),
                get("WWW-Authenticate", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"a b\"");
                    answer(exchange, 401, "no");
                }),
                get("HttpHandlers.of", "/r", (exchange, side) ->
                        HttpHandlers.of(200, Headers.of("X-One", "1"), "made").handle(exchange)),
                get("a header named Status", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("Status", "404 Not Found");
                    answer(exchange, 200, "hello\n");
                }).differs("A header named `Status` is dropped", "header status", "404 Not Found", null),
                get("blanks where a line was folded", "/r", (exchange, side) -> {
                    exchange.getResponseHeaders().set("X-Folded", "a\r\n b");
                    answer(exchange, 200, "hello\n");
                }).differs("A folded value becomes one line", "status", "502", "200", "body", "*", "hello\n",
                        "header x-folded", null, "a   b", "header content-length", "*", "6", "header content-type",
                        "text/html", null));
    }
}
