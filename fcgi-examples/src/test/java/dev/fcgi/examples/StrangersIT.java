package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each example continues to serve, whatever a client sends. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StrangersIT {
    private static final String MULTIPART = "multipart/form-data";
    private static final String URLENCODED = "application/x-www-form-urlencoded";

    /** The examples, and what is refused by those that read parameters. */
    private enum Example {
        HELLO("/", 200, 200),
        GUESTBOOK("/", 400, 413),
        PLAYGROUND("/big", 200, 413);

        private final String path;
        private final int broken;
        private final int tooMuch;

        Example(String path, int broken, int tooMuch) {
            this.path = path;
            this.broken = broken;
            this.tooMuch = tooMuch;
        }

        Child start(Path directory, String address) throws IOException {
            String program = Image.program(name().toLowerCase(Locale.ROOT));
            return this == GUESTBOOK
                    ? Child.start(directory, Map.of("FCGI_SOCKET_PATH", address.substring(5), "GUESTBOOK_DIR",
                            directory.resolve("entries").toString()), program)
                    : Child.start(directory, Map.of(), program, address);
        }
    }

    @TempDir
    private Path directory;

    private String address;

    private static Map<String, String> environment(Example example, String method, String query, String type,
            long length) {
        Map<String, String> environment = RawConnection.environment(example.path, query);
        environment.putAll(Map.of("REQUEST_METHOD", method, "CONTENT_TYPE", type, "CONTENT_LENGTH", "" + length,
                "HTTP_COOKIE", "name=%zz%ff%00; \0=;;=\u00ff"));
        return environment;
    }

    private int ask(Example example, String method, String query, String type, String body) throws IOException {
        return ask(environment(example, method, query, type, body.length()), body);
    }

    private int ask(Map<String, String> environment, String body) throws IOException {
        try (RawConnection connection = RawConnection.open(address)) {
            connection.send(RawConnection.RESPONDER, false, environment, body.getBytes(StandardCharsets.ISO_8859_1), null);
            String head = connection.reply().head();
            return head.startsWith("Status: ") ? Integer.parseInt(head.substring(8, 11)) : 200;
        }
    }

    @ParameterizedTest
    @EnumSource
    void servesOn(Example example) throws Exception {
        address = "unix:" + directory.resolve("s");
        try (Child program = example.start(directory, address)) {
            Await.until(example + " serves", () -> Daemon.listens(RawConnection.parse(address)));
            assertEquals(200, ask(example, "GET", "n=1", "", ""));
            assertEquals(example.broken, ask(example, "POST", "", MULTIPART, "--b\r\n"));
            assertEquals(example.broken, ask(example, "POST", "", MULTIPART + "; boundary=b", "--b\r\nx"));
            assertEquals(example.tooMuch, ask(example, "GET", "a=1&".repeat(1100), "", ""));
            boolean formless = example == Example.PLAYGROUND; // it reads no forms
            int much = formless ? 200 : example.tooMuch;
            assertEquals(much, ask(example, "POST", "", URLENCODED, "a&".repeat(1100)));
            assertEquals(much, ask(example, "POST", "", URLENCODED, "a".repeat(1_100_000)));
            assertEquals(much, ask(environment(example, "POST", "", URLENCODED, 5_000_000_000L), ""));
            assertEquals(200, ask(example, "GET", "name=%zz%e2%&%&=%00", "", ""));
            assertEquals(200, ask(example, "GET", ";;&+%", "\u00ff;;=", "\0\r\n"));
            for (String query : new String[] {"n=-1", "n=x", "n=99999999999999999999"}) {
                ask(example, "GET", query, "", ""); // the response is up to the example
            }
            for (int i = 0; i < 3; i++) { // the web server closes the connection: before the response, within it
                try (RawConnection connection = RawConnection.open(address)) {
                    Map<String, String> environment =
                            environment(example, i == 0 ? "POST" : "GET", "n=100000000", URLENCODED, 10);
                    connection.send(RawConnection.RESPONDER, true, environment, "name=".getBytes(StandardCharsets.US_ASCII),
                            null);
                    if (i == 2) {
                        assertTrue(connection.hasAnswered());
                    }
                }
            }
            assertEquals(200, ask(example, "GET", "n=1", "", ""));
            assertTrue(program.isAlive(), program.stderr());
            List<String> failures = Arrays.stream(program.stderr().split("\n"))
                    .filter(line -> line.contains("Exception in thread")).toList();
            assertEquals(List.of(), failures);
        }
    }
}
