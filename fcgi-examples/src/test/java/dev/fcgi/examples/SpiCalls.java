package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.api;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Calls to a server, without a request. */
final class SpiCalls {
    private static final HttpHandler HANDLER = exchange -> { };

    private SpiCalls() {}

    /** What is done to a server. */
    @FunctionalInterface
    private interface Calls {
        void on(HttpServer server, SpiSide side) throws Exception;
    }

    private static SpiCase bound(String name, Calls calls) {
        return api(name, side -> {
            HttpServer server = side.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try {
                calls.on(server, side);
            } finally {
                server.stop(0);
            }
        });
    }

    private static Callable<?> call(Call call) {
        return () -> {
            call.run();
            return "nothing";
        };
    }

    /** Something that may fail. */
    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }

    static Stream<SpiCase> all() {
        return Stream.of(
                bound("contexts that cannot be", (server, side) -> {
                    side.attempt("no slash", () -> server.createContext("a", HANDLER).getPath());
                    side.attempt("empty", () -> server.createContext("").getPath());
                    side.attempt("null", () -> server.createContext(null));
                    side.attempt("null with handler", () -> server.createContext(null, HANDLER));
                    side.attempt("null handler", () -> server.createContext("/", null));
                    side.attempt("one", () -> server.createContext("/a", HANDLER).getPath());
                    side.attempt("again", () -> server.createContext("/a", HANDLER));
                    side.attempt("again without handler", () -> server.createContext("/a"));
                }),
                bound("contexts that are not there", (server, side) -> {
                    side.attempt("path", call(() -> server.removeContext("/a")));
                    side.attempt("null path", call(() -> server.removeContext((String) null)));
                    HttpContext context = server.createContext("/a");
                    side.attempt("first", call(() -> server.removeContext(context)));
                    side.attempt("second", call(() -> server.removeContext(context)));
                }),
                bound("a context by itself", (server, side) -> {
                    HttpContext context = server.createContext("/a");
                    side.see(context.getPath() + ' ' + context.getHandler() + ' ' + context.getAuthenticator());
                    side.see(context.getServer() == server);
                    side.attempt("null handler", call(() -> context.setHandler(null)));
                    side.attempt("first", call(() -> context.setHandler(HANDLER)));
                    side.attempt("second", call(() -> context.setHandler(HANDLER)));
                    side.see(context.getHandler() == HANDLER);
                    side.see(context.getFilters() + " " + context.getAttributes());
                }),
                bound("started twice", (server, side) -> {
                    side.attempt("first", call(server::start));
                    side.attempt("second", call(server::start));
                }),
                bound("started after its stop", (server, side) -> {
                    server.stop(0);
                    side.attempt("start", call(server::start));
                }),
                bound("started and stopped", (server, side) -> {
                    server.start();
                    side.attempt("stop", call(() -> server.stop(0)));
                    side.attempt("stop again", call(() -> server.stop(0)));
                    side.attempt("start", call(server::start));
                }),
                bound("stopped for less than no time", (server, side) ->
                        side.attempt("stop", call(() -> server.stop(-1)))),
                bound("executors", (server, side) -> {
                    side.see(server.getExecutor());
                    side.attempt("set", call(() -> server.setExecutor(Runnable::run)));
                    side.see(server.getExecutor() != null);
                    side.attempt("set null", call(() -> server.setExecutor(null)));
                    side.see(server.getExecutor());
                    server.start();
                    side.attempt("set late", call(() -> server.setExecutor(Runnable::run)));
                }),
                bound("its address before it starts", (server, side) -> {
                    side.see(server.getAddress().getAddress());
                    side.see(server.getAddress().getPort() > 0);
                }),
                bound("a port that is taken", (server, side) ->
                        side.attempt("create", () -> side.create(server.getAddress()))),
                bound("bound twice", (server, side) -> side.attempt("bind",
                        call(() -> server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)))),
                api("not bound", side -> {
                    HttpServer server = side.create(null);
                    side.attempt("start", call(server::start));
                    side.attempt("bind null", call(() -> server.bind(null, 0)));
                    side.attempt("bind", call(
                            () -> server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)));
                    side.see(server.getAddress().getPort() > 0);
                    side.attempt("start", call(server::start));
                    server.stop(0);
                }),
                api("an address that is not known", side -> side.attempt("create",
                        () -> side.create(InetSocketAddress.createUnresolved("nowhere.invalid", 0)))));
    }
}
