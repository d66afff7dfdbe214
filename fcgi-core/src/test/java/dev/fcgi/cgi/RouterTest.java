package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fcgi.OfflineRequest;
import dev.fcgi.OfflineResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RouterTest {
    private static CgiHandler say(String text, String... variables) {
        return q -> {
            StringBuilder said = new StringBuilder(text);
            for (String variable : variables) {
                said.append(' ').append(variable).append('=').append(q.pathVariable(variable));
            }
            q.out().print(said);
        };
    }

    private static OfflineResponse send(Router.Builder router, String method, String target) throws Exception {
        return OfflineRequest.builder(method, target).build().respond(router.build().toResponder());
    }

    /** The body, or the status if it is not 200. */
    private static String ask(Router.Builder router, String method, String target) throws Exception {
        OfflineResponse response = send(router, method, target);
        return response.status() == 200 ? response.text() : Integer.toString(response.status());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, root", "GET, /a, a", "GET, /a/, 404", "GET, /A, 404", "GET, /a?b=/c, a", "GET, /%61, a",
        "POST, /a, post", "DELETE, /a, delete", "PUT, /a, put", "GET, /any, any", "BREW, /any, any", "BREW, /own, own",
        "brew, /own, 405", "GET, /own, 405", "GET, /u/1, user id=1", "GET, /u/me, me", "GET, /u/, 404",
        "GET, /u/1/2, 404", "GET, /u/%2e%2e, user id=..", "GET, /u/a%0Ab, 'user id=a\nb'",
        "GET, /u/1/b/2, both x=1 y=2",
        "GET, /u/%7Bid%7D, user id={id}", "GET, /f, prefix", "GET, /f/, prefix", "POST, /f/a/b, prefix",
        "GET, /f/%0A, prefix", "GET, /fs, 404", "GET, /r/, rest path=", "GET, /r/a/b, rest path=a/b", "GET, /r, 404",
        "GET, /v1.2, version 1=1 2=2", "GET, /v1, version 1=1 2=", "GET, /xv1, 404", "GET, /v1x, 404",
        "GET, /a.b, dot", "GET, /axb, 404", "GET, /x-1.html, file n=1"
    })
    void theFirstRouteThatFitsIsTaken(String method, String target, String answer) throws Exception {
        Router.Builder router = Router.builder()
                .get("/", say("root"))
                .get("/a", say("a")).post("/a", say("post")).put("/a", say("put")).delete("/a", say("delete"))
                .get("/a", say("never"))
                .any("/any", say("any")).route("BREW", "/own", say("own"))
                .get("/u/me", say("me")).get("/u/{id}", say("user", "id")).get("/u/{x}/b/{y}", say("both", "x", "y"))
                .prefix("/f", say("prefix")).prefix("/f/a", say("never"))
                .get("/r/{path...}", say("rest", "path"))
                .get("/a.b", say("dot")).get("/x-{n}.html", say("file", "n"))
                .pattern("GET", Pattern.compile("/v(\\d+)(?:\\.(\\d+))?"), say("version", "1", "2"));
        assertEquals(answer, ask(router, method, target));
    }

    @Test
    void headGoesToGetAndHasNoBody() throws Exception { // RFC 3875 4.3.3
        OfflineResponse response = send(Router.builder().get("/a", say("a")), "HEAD", "/a");
        assertEquals("Status: 200 OK\r\nContent-Length: 1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
                new String(response.stdout(), StandardCharsets.US_ASCII));
    }

    @Test
    void aMethodThatNoRouteTakesIs405WithAllow() throws Exception {
        Router.Builder router = Router.builder().post("/a", say("p")).get("/a", say("g")).delete("/b", say("d"))
                .prefix("/c", say("c"));
        OfflineResponse response = send(router, "PUT", "/a");
        assertEquals(405, response.status());
        assertEquals("GET, HEAD, POST", response.header("Allow"));
        assertEquals("DELETE", send(router, "GET", "/b").header("Allow"));
    }

    @Test
    void theRoutedPathIsTheOneOfAllWebServers() throws Exception { // RFC 3875 4.1.13
        Router.Builder router = Router.builder().get("/app/x", say("x"));
        for (String cut : new String[] {"", "/app", "/app/x"}) {
            OfflineRequest request = OfflineRequest.builder("GET", "/other").meta("SCRIPT_NAME", cut)
                    .meta("PATH_INFO", "/app/x".substring(cut.length())).build();
            assertEquals("x", request.respond(router.build().toResponder()).text());
        }
    }

    @Test
    void aPrefixOfTheRootFitsAll() throws Exception {
        assertEquals("x", ask(Router.builder().prefix("/", say("x")), "GET", "/a/b"));
        assertEquals("x", ask(Router.builder().prefix("/f/", say("x")), "GET", "/f"));
        assertEquals("404", ask(Router.builder().prefix("/f{a}", say("x")), "GET", "/fb"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/{", "/}", "/{}", "/{a", "/{1}", "/{a b}", "/{a...}/b", "/{a..}"})
    void malformedPathsAreErrors(String path) {
        assertThrows(IllegalArgumentException.class, () -> Router.builder().get(path, say("")));
    }

    @Test
    void aPrefixNeedsItsSlashToo() {
        assertThrows(IllegalArgumentException.class, () -> Router.builder().prefix("files", say("")));
        assertThrows(NullPointerException.class, () -> Router.builder().get("/", null));
    }

    @Test
    void whatNoRouteFitsCanBeAnsweredOtherwise() throws Exception {
        Router.Builder router = Router.builder().get("/a", say("a")).otherwise(say("other"));
        assertEquals("other", ask(router, "GET", "/b"));
        assertEquals("405", ask(router, "POST", "/a"));
    }

    @Test
    void interceptorsRunInOrderBeforeAllRoutesAndSeeTheOutcome() throws Exception {
        StringBuilder seen = new StringBuilder();
        Router.Builder router = Router.builder()
                .intercept((q, next) -> {
                    seen.append("1(");
                    next.handle(q);
                    seen.append(q.status()).append(")1");
                })
                .get("/a", q -> seen.append("handler"))
                .intercept((q, next) -> {
                    seen.append("2(");
                    next.handle(q);
                    seen.append(")2");
                });
        send(router, "GET", "/a");
        assertEquals("1(2(handler)2200)1", seen.toString());
        seen.setLength(0);
        send(router, "GET", "/missing");
        assertEquals("1(2()2404)1", seen.toString());
    }

    @ParameterizedTest
    @CsvSource({"500, 500", "413, 413", "200, 200"})
    void allInterceptorsSeeTheStatusThatIsSent(int thrown, int sent) throws Exception {
        List<Integer> seen = new ArrayList<>();
        CgiInterceptor log = (q, next) -> {
            try {
                next.handle(q);
            } finally {
                seen.add(q.status());
            }
        };
        Router.Builder inner = Router.builder().intercept(log).get("/a", q -> {
            q.status(201).out().print("secret");
            if (thrown == 200) {
                q.status(200).flush(); // from here on it is what is sent
            }
            throw thrown == 413 ? new CgiException(413, "much") : new IllegalStateException("secret");
        });
        Router.Builder router = Router.builder().intercept(log).intercept(log).any("/a", inner.build());
        OfflineResponse response = send(router, "GET", "/a");
        assertEquals(sent, response.status());
        assertEquals(thrown == 413, response.failure() == null);
        assertEquals(thrown == 200, response.protocolStatus() == null); // an incomplete response
        assertEquals(List.of(sent, sent, sent), seen);
    }

    @ParameterizedTest
    @CsvSource({"/ok, 200 7 text/html yes", "/missing, 404 14 null null", "/fail, 500 26 null null",
        "/large, 413 27 null null"})
    void anInterceptorSeesWhatIsSent(String path, String expected) throws Exception {
        List<String> seen = new ArrayList<>();
        Router router = Router.builder().intercept((q, next) -> {
            try {
                next.handle(q);
            } finally {
                seen.add(q.status() + " " + q.bytesSent() + " " + q.responseHeader("Content-Type") + " "
                        + q.responseHeader("X-Seen"));
            }
        }).get("/ok", q -> q.setContentType("text/html").setHeader("X-Seen", "yes").out().print("123456\n"))
                .get("/fail", q -> {
                    q.setHeader("X-Seen", "secret").out().print("secret");
                    throw new IllegalStateException("secret");
                }).get("/large", q -> {
                    throw new CgiException(413, "much");
                }).build();
        OfflineResponse response = OfflineRequest.get(path).respond(router.toResponder());
        assertEquals(List.of(expected), seen);
        assertEquals(expected.substring(0, 3), Integer.toString(response.status()));
        assertEquals(expected.split(" ")[1], Integer.toString(response.body().length)); // also of the server's own 500
    }

    @Test
    void anInterceptorBeforeAnotherThatThrowsSeesThat() throws Exception {
        List<Integer> seen = new ArrayList<>();
        Router.Builder router = Router.builder().intercept((q, next) -> {
            try {
                next.handle(q);
            } catch (CgiException e) {
                seen.add(q.status());
            }
        }).intercept((q, next) -> {
            throw new CgiException(403, "no");
        });
        assertEquals("403", ask(router, "GET", "/")); // taken for answered
        assertEquals(List.of(403), seen);
    }

    @Test
    void anInterceptorMayAnswerItself() throws Exception {
        Router.Builder router = Router.builder().intercept((q, next) -> q.error(401)).get("/a", say("a"));
        assertEquals("401", ask(router, "GET", "/a"));
    }

    @Test
    void anInterceptorMayAnswerAnException() throws Exception {
        Router.Builder router = Router.builder().intercept((q, next) -> {
            try {
                next.handle(q);
            } catch (IllegalStateException e) {
                q.error(409, e.getMessage());
            }
        }).get("/a", q -> {
            throw new IllegalStateException("busy");
        });
        OfflineResponse response = send(router, "GET", "/a");
        assertEquals(409, response.status());
        assertEquals("409 Conflict\nbusy\n", response.text());
    }

    @ParameterizedTest
    @CsvSource({"/none, 404", "/large, 413"})
    void anInterceptorMayMakeAnErrorPageOfItsOwn(String path, int status) throws Exception {
        Router.Builder router = Router.builder().intercept((q, next) -> {
            try {
                next.handle(q);
            } catch (CgiException e) {
                assertEquals(413, e.status());
            }
            int code = q.status();
            q.reset();
            assertEquals(200, q.status());
            q.status(code).setContentType("text/html").out().print("<p>" + code);
        }).get("/large", q -> {
            q.setHeader("X-Seen", "secret").out().print("secret");
            throw new CgiException(413, "much");
        });
        OfflineResponse response = send(router, "GET", path);
        assertEquals(status, response.status());
        assertEquals("<p>" + status, response.text());
        assertNull(response.header("X-Seen"));
        assertEquals("text/html; charset=utf-8", response.header("Content-Type"));
    }

    @Test
    void aResponseThatWasSentIsNotForgotten() throws Exception {
        OfflineResponse response = send(Router.builder().get("/a", q -> {
            q.out().print("sent");
            q.flush();
            assertThrows(IllegalStateException.class, q::reset);
        }), "GET", "/a");
        assertEquals("sent", response.text());
        assertNull(response.failure());
    }

    @Test
    void aCgiExceptionIsItsStatusPage() throws Exception {
        Router.Builder router = Router.builder().get("/a", q -> {
            throw new CgiException(410, "was here");
        });
        OfflineResponse response = send(router, "GET", "/a");
        assertEquals(410, response.status());
        assertEquals("410 Gone\nwas here\n", response.text());
        assertNull(response.failure());
    }

    @Test
    void anotherExceptionIsTheServers() throws Exception {
        OfflineResponse response = send(Router.builder().get("/a", q -> {
            throw new IllegalStateException("secret");
        }), "GET", "/a");
        assertEquals(500, response.status());
        assertInstanceOf(IllegalStateException.class, response.failure());
        assertFalse(new String(response.stdout(), StandardCharsets.US_ASCII).contains("secret"));
    }

    @Test
    void routersNest() throws Exception {
        Router.Builder inner = Router.builder().get("/in/{a}", say("inner", "a"));
        assertEquals("inner a=1", ask(Router.builder().prefix("/in", inner.build()), "GET", "/in/1"));
        assertEquals("404", ask(Router.builder().prefix("/in", inner.build()), "GET", "/in"));
    }

    @Test
    void aRouterDoesNotChangeWithItsBuilder() throws Exception {
        Router.Builder builder = Router.builder().get("/a", say("a"));
        Router before = builder.build();
        Router after = builder.get("/b", say("b")).intercept((q, next) -> q.error(401)).otherwise(say("none")).build();
        for (String path : List.of("/b", "/c")) {
            assertEquals(404, OfflineRequest.get(path).respond(before.toResponder()).status());
        }
        assertEquals(401, OfflineRequest.get("/b").respond(after.toResponder()).status());
    }

    @Test
    void nullIsRefusedImmediately() {
        Router.Builder builder = Router.builder();
        assertNamed("path", () -> builder.get(null, say("")));
        assertNamed("path", () -> builder.prefix(null, say("")));
        assertNamed("path", () -> builder.pattern("GET", null, say("")));
        assertNamed("method", () -> builder.route(null, "/", say("")));
        assertNamed("method", () -> builder.pattern(null, Pattern.compile(""), say("")));
        assertNamed("handler", () -> builder.any("/", null));
        assertNamed("interceptor", () -> builder.intercept(null));
        assertNamed("handler", () -> builder.otherwise(null));
    }

    private static void assertNamed(String argument, Executable call) {
        assertEquals(argument, assertThrows(NullPointerException.class, call).getMessage());
    }
}
