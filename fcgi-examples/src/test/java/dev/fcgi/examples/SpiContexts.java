package dev.fcgi.examples;

import static dev.fcgi.examples.SpiCase.answer;
import static dev.fcgi.examples.SpiCase.get;
import static dev.fcgi.examples.SpiCase.post;
import static dev.fcgi.examples.SpiCase.program;
import static dev.fcgi.examples.SpiCase.send;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandlers;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Contexts, and what precedes their handlers. */
final class SpiContexts {
    private static final String BASIC = "Authorization: Basic ";
    private static final String USER_SECRET = "dXNlcjpzZWNyZXQ=";
    private static final String USER_WRONG = "dXNlcjp3cm9uZw==";

    private SpiContexts() {}

    static Stream<SpiCase> all() {
        return Stream.of(paths(), attributes(), filters(), authenticators()).flatMap(cases -> cases);
    }

    private static SpiCase path(String target, String... contexts) {
        return program("path " + target + " among " + String.join(" ", contexts), "GET " + target, null, side -> {
            for (String context : contexts) {
                side.context(context, (exchange, here) -> {
                    here.see(context + " is " + exchange.getHttpContext().getPath());
                    answer(exchange, 200, "found");
                });
            }
        });
    }

    private static Stream<SpiCase> paths() {
        return Stream.of(
                path("/", "/"),
                path("/c", "/", "/c"),
                path("/c/d/e", "/", "/c/", "/c/d/", "/c/d/e/"),
                path("/c/d/e", "/c/d/e", "/c/d", "/c"),
                path("/cd", "/c"),
                path("/cd", "/c", "/"),
                path("/c", "/c/"),
                path("/c/", "/c"),
                path("/C", "/c"),
                path("/c%2Fd", "/c/d"),
                path("/c%20d", "/c d"),
                path("/%63", "/c"),
                path("/c?x=/d", "/c", "/d"),
                path("/x/../c", "/c", "/x"),
                path("//c", "/c", "//c").differs(SpiRequests.TWO_SLASHES, "status", "*", "400", "body", "*",
                        SpiRequests.BAD_URI, "header content-length", "*", "39", "seen", "*", null),
                path("/%C3%A9", "/\u00e9"),
                path("/none", "/c"),
                program("HEAD where there is no context", "HEAD /none", null, side -> { }),
                program("POST where there is no context", "POST /none", "abc", side -> { }),
                program("a context without a handler", "GET /c", null,
                        side -> side.add(side.server().createContext("/c"))),
                program("a handler that comes later", "GET /c", null, side -> {
                    HttpContext context = side.add(side.server().createContext("/c"));
                    context.setHandler(exchange -> answer(exchange, 200, "late"));
                }),
                program("a context removed by its path", "GET /c", null, side -> {
                    side.context("/c", SpiRequests::show);
                    side.server().removeContext("/c");
                }),
                program("a context made again", "GET /c", null, side -> {
                    HttpContext context = side.server().createContext("/c", exchange -> answer(exchange, 200, "old"));
                    side.server().removeContext(context);
                    side.context("/c", (exchange, here) -> answer(exchange, 200, "new"));
                }));
    }

    private static Stream<SpiCase> attributes() {
        return Stream.of(
                program("attributes", "GET /c", null, side -> {
                    Map<String, Object> attributes = side.context("/c", (exchange, here) -> {
                        here.see(exchange.getHttpContext().getAttributes().get("given"));
                        here.see(exchange.getAttribute("given"));
                        exchange.setAttribute("own", 1);
                        here.see(exchange.getAttribute("own"));
                        here.see(exchange.getHttpContext().getAttributes().get("own"));
                        exchange.setAttribute("own", null);
                        here.see(exchange.getAttribute("own"));
                        here.attempt("null", () -> exchange.getAttribute(null));
                        here.attempt("set null", () -> {
                            exchange.setAttribute(null, 1);
                            return null;
                        });
                        answer(exchange, 200, "hello\n");
                    }).getAttributes();
                    attributes.put("given", "value");
                }),
                get("the server of a context", "/c", (exchange, side) -> {
                    side.see(exchange.getHttpContext().getServer() == side.server());
                    side.see(exchange.getHttpContext().getHandler() != null);
                    side.see(exchange.getHttpContext().getFilters().size());
                    side.see(exchange.getHttpContext().getAuthenticator());
                    answer(exchange, 200, "hello\n");
                }));
    }

    private static SpiCase filtered(String name, Filter... filters) {
        return program(name, "GET /c", null, side -> {
            HttpContext context = side.context("/c", (exchange, here) -> {
                here.see("handler, X-Filter " + exchange.getRequestHeaders().get("X-Filter"));
                exchange.getResponseHeaders().set("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("hello\n".getBytes());
                exchange.close();
            });
            context.getAttributes().put("side", side);
            context.getFilters().addAll(java.util.List.of(filters));
        });
    }

    private static void see(HttpExchange exchange, Object what) {
        ((SpiSide) exchange.getHttpContext().getAttributes().get("side")).see(what);
    }

    private static Filter filter(String name) {
        return new Filter() {
            @Override
            public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                SpiSide side = (SpiSide) exchange.getHttpContext().getAttributes().get("side");
                side.see(name + " before, principal " + exchange.getPrincipal());
                side.working(() -> {
                    chain.doFilter(exchange);
                    side.see(name + " after, code " + exchange.getResponseCode());
                });
            }

            @Override
            public String description() {
                return name;
            }
        };
    }

    private static Stream<SpiCase> filters() {
        return Stream.of(
                filtered("one filter", filter("a")),
                filtered("three filters", filter("a"), filter("b"), filter("c")),
                filtered("a filter that answers", filter("a"), new Filter() {
                    @Override
                    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                        answer(exchange, 403, "no");
                    }

                    @Override
                    public String description() {
                        return "no";
                    }
                }, filter("c")),
                filtered("a filter that changes headers", Filter.beforeHandler("x", exchange -> {
                    exchange.getResponseHeaders().add("X-Filter", "2");
                })),
                filtered("a filter after the handler", filter("a"),
                        Filter.afterHandler("x", exchange -> see(exchange, "code " + exchange.getResponseCode()))),
                filtered("a filter that adapts the request", Filter.adaptRequest("x",
                        request -> request.with("X-Filter", java.util.List.of("1", "2")))),
                filtered("a filter that compresses", new Filter() {
                    @Override
                    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                        exchange.getResponseHeaders().set("Content-Encoding", "gzip");
                        exchange.setStreams(null, new LateGzip(exchange.getResponseBody()));
                        chain.doFilter(exchange);
                    }

                    @Override
                    public String description() {
                        return "gzip";
                    }
                }),
                post("a filter around the body", "/c", "abc", (exchange, side) -> {
                    exchange.setStreams(new java.io.SequenceInputStream(
                            new java.io.ByteArrayInputStream("first ".getBytes()), exchange.getRequestBody()), null);
                    side.see(new String(exchange.getRequestBody().readAllBytes()));
                    answer(exchange, 200, "hello\n");
                }),
                send("handleOrElse", "PUT", "/c", "x", (exchange, side) -> HttpHandlers.handleOrElse(
                        request -> request.getRequestMethod().equals("PUT"), HttpHandlers.of(200, Headers.of(), "put"),
                        HttpHandlers.of(405, Headers.of(), "no")).handle(exchange)));
    }

    /** Writes nothing before it is used: the head of the response comes first. */
    private static final class LateGzip extends java.io.FilterOutputStream {
        private GZIPOutputStream gzip;

        LateGzip(java.io.OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (gzip == null) {
                gzip = new GZIPOutputStream(out);
            }
            gzip.write(source, offset, length);
        }

        @Override
        public void close() throws IOException {
            gzip.close();
        }
    }

    private static SpiCase guarded(String name, Authenticator authenticator, String... headers) {
        return program(name, "POST /c", "abc", side -> {
            HttpContext context = side.context("/c", (exchange, here) -> {
                HttpPrincipal principal = exchange.getPrincipal();
                here.see("handler for " + principal + ' ' + (principal == null ? "" : principal.getRealm()));
                here.see(new String(exchange.getRequestBody().readAllBytes()));
                answer(exchange, 200, "hello\n");
            });
            context.getAttributes().put("side", side);
            context.getFilters().add(filter("filter"));
            side.see(context.setAuthenticator(authenticator));
            side.see(context.getAuthenticator() == authenticator);
        }, headers);
    }

    private static Authenticator basic() {
        return new BasicAuthenticator("realm") {
            @Override
            public boolean checkCredentials(String user, String password) {
                return user.equals("user") && password.equals("secret");
            }
        };
    }

    private static Authenticator always(Authenticator.Result result) {
        return new Authenticator() {
            @Override
            public Result authenticate(HttpExchange exchange) {
                see(exchange, "authenticator");
                return result;
            }
        };
    }

    private static Stream<SpiCase> authenticators() {
        return Stream.of(
                guarded("the right password", basic(), BASIC + USER_SECRET),
                guarded("the wrong password", basic(), BASIC + USER_WRONG),
                guarded("no password", basic()),
                guarded("another scheme", basic(), "Authorization: Bearer x"),
                guarded("no authenticator", null),
                guarded("an authenticator that agrees", always(new Authenticator.Success(new HttpPrincipal("u", "r")))),
                guarded("an authenticator that refuses", always(new Authenticator.Failure(403))),
                guarded("an authenticator that wants more", always(new Authenticator.Retry(407))),
                program("an authenticator that was removed", "GET /c", null, side -> {
                    HttpContext context = side.context("/c", (exchange, here) -> answer(exchange, 200, "free"));
                    context.setAuthenticator(basic());
                    side.see(context.setAuthenticator(null) != null);
                }));
    }
}
