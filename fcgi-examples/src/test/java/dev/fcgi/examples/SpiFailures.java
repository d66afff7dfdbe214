package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.answer;
import static dev.fcgi.examples.SpiCase.get;

import java.io.IOException;
import java.util.stream.Stream;

/** Misbehaving handlers. */
final class SpiFailures {
    private static final String OWN_PAGE = "A failure before the response is sent is 500, and a line in the log";

    private SpiFailures() {}

    static Stream<SpiCase> all() {
        return Stream.of(failures(), misuse(), headers()).flatMap(cases -> cases);
    }

    /** Cases in which the JDK's server closes the connection, and nginx sends an error page. */
    private static SpiCase differs(SpiCase each, String reason, String status) {
        return each.differs(reason, "status", "502", status, "body", "*", "*", "header content-type", "text/html", "*",
                "header content-length", "*", "*");
    }

    /** JDK 21 sends the head immediately, JDK 25 does not. */
    private static SpiCase flushed(SpiCase each) {
        return each.differs(OWN_PAGE, "status", "*", "500", "whole", "*", "true", "body", "*", "*",
                "header content-type", "*", "*", "header content-length", "*", "*");
    }

    private static Stream<SpiCase> failures() {
        return Stream.of(
                differs(get("an IOException", "/f", (exchange, side) -> {
                    throw new IOException("on purpose");
                }), OWN_PAGE, "500"),
                differs(get("a RuntimeException", "/f", (exchange, side) -> {
                    throw new IllegalStateException("on purpose");
                }), OWN_PAGE, "500"),
                flushed(get("an exception after a small head", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 5);
                    throw new IOException("on purpose");
                })),
                differs(get("closed without an answer", "/f", (exchange, side) -> exchange.close()), OWN_PAGE, "500"),
                get("an exception after the response", "/f", (exchange, side) -> {
                    answer(exchange, 200, "hello\n");
                    throw new IOException("on purpose");
                }),
                get("an exception amid the response", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 100_000);
                    exchange.getResponseBody().write(new byte[50_000]);
                    exchange.getResponseBody().flush();
                    throw new IOException("on purpose");
                }).differs("The bytes before a failure arrive as far as they were sent", "body", "*", "*"),
                get("an exception amid a response of unknown length", "/unbuffered", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("some".getBytes());
                    exchange.getResponseBody().flush();
                    throw new IOException("on purpose");
                }).differs("The bytes before a failure arrive as far as they were sent", "status", "*", "*", "whole", "*",
                        "*", "body", "*", "*", "header server", "*", "*"));
    }

    private static Stream<SpiCase> misuse() {
        return Stream.of(
                get("two heads", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 6);
                    side.attempt("again", () -> {
                        exchange.sendResponseHeaders(404, 6);
                        return null;
                    });
                    exchange.getResponseBody().write("hello\n".getBytes());
                    exchange.close();
                }),
                get("a body before the head", "/f", (exchange, side) -> {
                    side.attempt("write", () -> write(exchange.getResponseBody(), 1));
                    side.attempt("flush", () -> {
                        exchange.getResponseBody().flush();
                        return null;
                    });
                    side.see(exchange.getResponseCode());
                    answer(exchange, 200, "hello\n");
                }),
                get("the stream before the head", "/f", (exchange, side) -> {
                    var body = exchange.getResponseBody();
                    exchange.sendResponseHeaders(200, 6);
                    body.write("hello\n".getBytes());
                    side.see(body == exchange.getResponseBody());
                    body.close();
                }),
                get("too many bytes", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 6);
                    side.attempt("too many", () -> write(exchange.getResponseBody(), 7));
                    exchange.getResponseBody().write("hello\n".getBytes());
                    side.attempt("one more", () -> write(exchange.getResponseBody(), 1));
                    exchange.close();
                }),
                flushed(get("too few bytes", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 7);
                    exchange.getResponseBody().write("hello\n".getBytes());
                    exchange.getResponseBody().close();
                })),
                get("too few bytes of many", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 400_000);
                    exchange.getResponseBody().write(new byte[200_000]);
                    exchange.getResponseBody().flush();
                    exchange.getResponseBody().close();
                }).differs("The bytes before a failure arrive as far as they were sent", "body", "*", "*"),
                get("written after close", "/f", (exchange, side) -> {
                    answer(exchange, 200, "hello\n");
                    side.attempt("write", () -> write(exchange.getResponseBody(), 1));
                }),
                get("written after close, of unknown length", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.close();
                    side.attempt("write", () -> write(exchange.getResponseBody(), 1));
                }),
                get("closed twice and thrice", "/f", (exchange, side) -> {
                    answer(exchange, 200, "hello\n");
                    exchange.getResponseBody().close();
                    exchange.close();
                    exchange.close();
                }),
                get("a head after the end", "/f", (exchange, side) -> {
                    answer(exchange, 200, "hello\n");
                    side.attempt("again", () -> {
                        exchange.sendResponseHeaders(200, -1);
                        return null;
                    });
                }),
                get("arguments of write", "/f", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 2);
                    side.attempt("too long", () -> {
                        exchange.getResponseBody().write(new byte[1], 0, 2);
                        return null;
                    });
                    exchange.getResponseBody().write("hi".getBytes());
                    exchange.close();
                }),
                differs(get("a length below -1", "/f", (exchange, side) -> exchange.sendResponseHeaders(200, -2)),
                        "A length below -1 is -1, as the SPI says", "200"),
                get("an interim response", "/f", (exchange, side) -> {
                    side.attempt("103", () -> {
                        exchange.sendResponseHeaders(103, -1);
                        return null;
                    });
                    side.attempt("200", () -> {
                        exchange.sendResponseHeaders(200, -1);
                        return null;
                    });
                }).differs("An interim response (1xx) is an IOException, and the final one may follow", "seen", "*", "*",
                        "status", "*", "200", "header content-length", "*", "0"));
    }

    private static Object write(java.io.OutputStream body, int count) throws IOException {
        body.write(new byte[count]);
        return null;
    }

    private static Stream<SpiCase> headers() {
        return Stream.of(
                get("what headers refuse", "/f", (exchange, side) -> {
                    for (String value : new String[] {"a\r\nX-Evil: 1", "a\nb", "a\r", null}) {
                        side.attempt("value", () -> {
                            exchange.getResponseHeaders().set("X-One", value);
                            return null;
                        });
                    }
                    side.attempt("name", () -> {
                        exchange.getResponseHeaders().set("X\r\nY", "1");
                        return null;
                    });
                    answer(exchange, 200, "hello\n");
                }),
                differs(get("a line end smuggled into a value", "/f", (exchange, side) -> {
                    exchange.getResponseHeaders().add("X-One", "1");
                    exchange.getResponseHeaders().get("X-One").add("2\r\nX-Evil: 1");
                    side.attempt("head", () -> {
                        exchange.sendResponseHeaders(200, -1);
                        return null;
                    });
                    exchange.close();
                }), OWN_PAGE, "500"),
                differs(get("a name that is none", "/f", (exchange, side) -> {
                    exchange.getResponseHeaders().set("X Y", "1");
                    exchange.sendResponseHeaders(200, -1);
                }), OWN_PAGE, "500"),
                get("a character that is no byte", "/f", (exchange, side) -> {
                    exchange.getResponseHeaders().set("X-Euro", "\u20ac");
                    side.attempt("head", () -> {
                        exchange.sendResponseHeaders(200, -1);
                        return null;
                    });
                    exchange.getResponseHeaders().remove("X-Euro");
                    exchange.close();
                }).differs(OWN_PAGE, "status", "502", "500", "body", "*", "*", "header content-type", "text/html", "*",
                        "header content-length", "*", "*"));
    }
}
