package dev.fcgi.examples;

import static dev.fcgi.examples.PathChecks.assertAnswer;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;

/** A web server that asks an Authorizer about each request, and the Responder when it is granted. */
final class AuthorizerChecks {
    private AuthorizerChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("authorizer denies", AuthorizerChecks::denies),
                new Check("authorizer grants", AuthorizerChecks::grants),
                new Check("authorizer, with a body", AuthorizerChecks::leavesTheBody));
    }

    private static void denies(Site site) throws Exception {
        for (String path : List.of("/hello", "/hello?user=bob", "/sum?user=")) {
            assertAnswer(403, "denied\n", site.get(path));
        }
    }

    private static void grants(Site site) throws Exception {
        HttpResponse<String> answer = site.get("/params?user=alice");
        assertTrue(answer.body().contains("AUTH_USER=alice\n"), answer.body()); // from Variable-AUTH_USER
    }

    private static void leavesTheBody(Site site) throws Exception {
        byte[] body = Content.random(300_000);
        assertAnswer(403, "denied\n", site.post("/sum", BodyPublishers.ofByteArray(body)));
        assertAnswer(200, Content.sum(body), site.post("/sum?user=alice", BodyPublishers.ofByteArray(body)));
    }
}
