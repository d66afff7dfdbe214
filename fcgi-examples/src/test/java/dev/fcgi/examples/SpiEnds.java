package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.answer;
import static dev.fcgi.examples.SpiCase.get;
import static dev.fcgi.examples.SpiCase.post;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Exchanges that end late, elsewhere, or never, and executors. */
final class SpiEnds {
    private static final String ENDS_WITH_LENGTH = "A response ends with its last byte, closed or not";

    private SpiEnds() {}

    static Stream<SpiCase> all() {
        return Stream.of(
                get("answered by another thread", "/e", (exchange, side) -> side.later(() -> {
                    answer(exchange, 200, "late\n");
                    return null;
                })),
                get("answered after the handler has returned", "/e", (exchange, side) -> {
                    CountDownLatch returned = new CountDownLatch(1);
                    side.later(() -> {
                        returned.await(10, TimeUnit.SECONDS);
                        answer(exchange, 200, "late\n");
                        return null;
                    });
                    returned.countDown();
                }),
                get("closed by another thread", "/e", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("early ".getBytes());
                    side.later(() -> {
                        exchange.getResponseBody().write("late\n".getBytes());
                        exchange.close();
                        return null;
                    });
                }),
                post("read by another thread", "/e", "0123456789".repeat(10_000), (exchange, side) ->
                        side.later(() -> {
                            side.see(exchange.getRequestBody().readAllBytes().length);
                            answer(exchange, 200, "late\n");
                            return null;
                        })),
                get("closed in another thread without an answer", "/e", (exchange, side) -> side.later(() -> {
                    exchange.close();
                    return null;
                })).differs("A failure before the response is sent is 500, and a line in the log", "status", "502",
                        "500", "body", "*", "*", "header content-type", "*", "*", "header content-length", "*", "*"),
                get("never answered", "/slow", (exchange, side) -> { }),
                get("never closed, of unknown length", "/slow", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("hello\n".getBytes());
                }).differs("The head is not sent before the first flush, as in JDK 25", "status", "*", "504", "whole",
                        "*", "true", "body", "*", "*", "header content-type", "*", "*", "header content-length", "*",
                        "*"),
                get("all flushed and never closed", "/slow", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 6);
                    exchange.getResponseBody().write("hello\n".getBytes());
                    exchange.getResponseBody().flush();
                }),
                get("all written and never closed", "/slow", (exchange, side) -> {
                    exchange.sendResponseHeaders(200, 6);
                    exchange.getResponseBody().write("hello\n".getBytes());
                }).differs(ENDS_WITH_LENGTH, "status", "*", "200", "body", "*", "hello\n", "header content-length",
                        "*", "6", "header content-type", "*", null, "whole", "*", "true"),
                get("work after the answer", "/e", (exchange, side) -> {
                    answer(exchange, 200, "early\n");
                    side.see("still here");
                }),
                get("without an executor", "/serial", (exchange, side) -> answer(exchange, 200, "serial\n")),
                get("without an executor, another thread", "/serial", (exchange, side) -> side.later(() -> {
                    answer(exchange, 200, "late\n");
                    return null;
                })),
                get("without an executor, one handler at a time", "/serial", (exchange, side) -> {
                    AtomicInteger inside = (AtomicInteger) exchange.getHttpContext().getAttributes()
                            .computeIfAbsent("inside", name -> new AtomicInteger());
                    side.see(inside.incrementAndGet());
                    inside.decrementAndGet();
                    answer(exchange, 200, "serial\n");
                }),
                get("an executor that takes nothing", "/full", (exchange, side) -> answer(exchange, 200, "never"))
                        .differs("An executor that takes no more is 503", "status", "502", "503", "body", "*",
                                "<h1>503 Service Unavailable</h1>The executor rejected the request", "header content-length",
                                "*", "*"));
    }
}
