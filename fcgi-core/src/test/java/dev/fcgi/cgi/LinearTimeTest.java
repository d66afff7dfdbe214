package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fcgi.LongRun;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Input from clients is parsed in time linear in its length: the texts are so long that quadratic time would take
 * minutes, or, in the usual build, many seconds.
 */
final class LinearTimeTest {
    private static final Duration MUCH = Duration.ofSeconds(LongRun.isLong() ? 20 : 8);
    private static final int LENGTH = LongRun.isLong() ? 1_000_000 : 300_000;
    private static final CgiOptions OPTIONS = CgiOptions.builder().maxFields(LENGTH).maxFieldsLength(LENGTH).build();

    private static String much(String piece) {
        return piece.repeat(LENGTH / piece.length());
    }

    private static void read(StubRequest request, CgiHandler handler) {
        assertTimeoutPreemptively(MUCH, () -> handler.toResponder(OPTIONS).respond(request));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", ".", "/", "a", "a-", "a.", "--a", "/-", "-/", "aaaab", "{a}"})
    void paths(String piece) {
        Router.Builder routes = Router.builder();
        for (String route : new String[] {"/{year}-{month}-{day}", "/{name}.{ext}", "/{a}{b}{c}{d}", "/{a}aaaaab{b}x",
            "/{a}-{b}/{c...}", "/{a}.{b}.{c...}", "/{a}/{b}/x", "/{a}-x", "/x{a...}"}) {
            routes.get(route, q -> { });
        }
        Router router = routes.prefix("/a", q -> { }).build();
        for (String end : new String[] {"", "/", "x", "/x"}) {
            StubRequest request = StubRequest.of("GET", "/").with("SCRIPT_NAME", '/' + much(piece) + end);
            read(request, router);
            read(request, q -> {
                q.url(UrlPart.RELATIVE, UrlPart.PATH_INFO);
                q.selfUrl();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"&", ";", "a&", "=&", "a=&", "+", "%", "%25", "%E2", " ", "\t", "=", "a b "})
    void queriesAndForms(String piece) throws IOException {
        Consumer<CgiExchange> reader = q -> {
            try {
                q.param("none");
                q.keywords();
                q.selfUrl();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
        read(StubRequest.of("GET", "/").with("QUERY_STRING", much(piece)), reader::accept);
        read(StubRequest.of("POST", "/", "application/x-www-form-urlencoded", much(piece).getBytes()),
                reader::accept);
    }

    @ParameterizedTest
    @ValueSource(strings = {";", ",", ", ", ", a", ", a=", "a;", "a=;", "=", "\"", "\\\"", "\\", "a=\"", ";a=\"\\", "q=",
        "text/a;q=1,", "*/*;a=b;", ":", "[", "'", "%", "*=UTF-8''%"})
    void headers(String piece) {
        StubRequest request = StubRequest.of("POST", "/").with("HTTP_COOKIE", "a=b" + much(piece))
                .with("HTTP_ACCEPT", "a/b" + much(piece)).with("HTTP_HOST", "a" + much(piece))
                .with("SERVER_NAME", "a" + much(piece));
        read(request, q -> {
            q.cookie("none");
            q.cookieNames();
            q.accepts("a/b;c=d");
            q.accepted();
            q.host();
            q.port();
        });
        for (String type : new String[] {"multipart/form-data;", "multipart/form-data; boundary=",
            "application/x-www-form-urlencoded;"}) {
            read(StubRequest.of("POST", "/").with("CONTENT_TYPE", type + much(piece)), q -> q.param("none"));
        }
    }

    @Test
    void namesOfFilesThatAreSent() {
        read(StubRequest.of("GET", "/"), q -> {
            for (String piece : new String[] {"%", "\"", "\\", "\u20ac", "a"}) {
                q.attachment(much(piece));
            }
        });
    }
}
