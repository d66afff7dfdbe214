package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.answer;
import static dev.fcgi.examples.SpiCase.get;
import static dev.fcgi.examples.SpiCase.post;
import static dev.fcgi.examples.SpiCase.send;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;

/** The bodies of requests, and how they are read. */
final class SpiBodies {
    private static final String MEBIBYTE = "0123456789abcdef".repeat(65_536);

    private SpiBodies() {}

    static Stream<SpiCase> all() {
        return Stream.of(
                post("a small body", "/b", "hello", SpiRequests::show, "Content-Type: text/plain"),
                post("an empty body", "/b", "", SpiRequests::show),
                post("no body", "/b", null, SpiRequests::show),
                post("a MiB", "/b", MEBIBYTE, SpiRequests::show),
                post("a MiB, unbuffered", "/unbuffered", MEBIBYTE, SpiRequests::show),
                post("all bytes", "/b", allBytes(), SpiRequests::show),
                send("the body of a PUT", "PUT", "/b", "put", SpiRequests::show),
                get("the body of a GET", "/b", SpiRequests::show, "Content-Length: 0"),
                send("the body of a DELETE", "DELETE", "/b", "gone", SpiRequests::show),
                post("chunks", "/b", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", SpiRequests::show,
                        "Transfer-Encoding: chunked"),
                post("chunks, unbuffered", "/unbuffered", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", SpiBodies::read,
                        "Transfer-Encoding: chunked"),
                post("no chunks, unbuffered", "/unbuffered", "0\r\n\r\n", SpiBodies::read,
                        "Transfer-Encoding: chunked"),
                post("byte by byte", "/b", "abc", (exchange, side) -> {
                    InputStream body = exchange.getRequestBody();
                    side.see(body.read() + " " + body.read() + " " + body.read() + " " + body.read() + " "
                            + body.read());
                    answer(exchange, 200, "read");
                }),
                post("the same stream each time", "/b", "abc", (exchange, side) -> {
                    side.see(exchange.getRequestBody() == exchange.getRequestBody());
                    side.see(new String(exchange.getRequestBody().readNBytes(2)));
                    side.see(new String(exchange.getRequestBody().readAllBytes()));
                    answer(exchange, 200, "read");
                }),
                post("no marks", "/b", "abc", (exchange, side) -> {
                    side.see(exchange.getRequestBody().markSupported());
                    side.attempt("reset", () -> {
                        exchange.getRequestBody().reset();
                        return null;
                    });
                    answer(exchange, 200, "read");
                }),
                post("arguments of read", "/b", "abc", (exchange, side) -> {
                    InputStream body = exchange.getRequestBody();
                    side.attempt("too long", () -> body.read(new byte[1], 0, 2));
                    side.attempt("null", () -> body.read(null, 0, 1));
                    side.attempt("nothing", () -> body.read(new byte[1], 0, 0));
                    answer(exchange, 200, "read");
                }),
                post("what is left unread", "/b", "0123456789".repeat(3000), (exchange, side) ->
                        answer(exchange, 200, "not read")),
                post("closed half read", "/b", "0123456789".repeat(3000), (exchange, side) -> {
                    side.see(new String(exchange.getRequestBody().readNBytes(3)));
                    exchange.getRequestBody().close();
                    exchange.getRequestBody().close();
                    answer(exchange, 200, "read");
                }),
                post("read after close", "/b", "abc", (exchange, side) -> {
                    exchange.getRequestBody().close();
                    side.attempt("read", () -> exchange.getRequestBody().read());
                    side.attempt("read many", () -> exchange.getRequestBody().read(new byte[2]));
                    answer(exchange, 200, "read");
                }),
                post("read after the response", "/b", "abc", (exchange, side) -> {
                    answer(exchange, 200, "first");
                    side.attempt("read", () -> exchange.getRequestBody().read());
                }),
                post("read while answering", "/b", "0123456789".repeat(5000), (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getRequestBody().transferTo(exchange.getResponseBody());
                    exchange.close();
                }),
                post("read while answering, unbuffered", "/unbuffered", "0123456789".repeat(5000),
                        (exchange, side) -> {
                            exchange.sendResponseHeaders(200, 50_000);
                            exchange.getRequestBody().transferTo(exchange.getResponseBody());
                            exchange.close();
                        }));
    }

    /** How the web server frames what it has not read to its end is a matter of time. */
    private static void read(HttpExchange exchange, SpiSide side) throws IOException {
        side.see(new String(exchange.getRequestBody().readAllBytes()));
        answer(exchange, 200, "read");
    }

    private static String allBytes() {
        StringBuilder bytes = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            bytes.append(c);
        }
        return bytes.toString();
    }
}
