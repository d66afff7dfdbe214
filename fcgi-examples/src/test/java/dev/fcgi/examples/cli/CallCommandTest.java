package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.Params;
import dev.fcgi.Responder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CallCommandTest {
    private static final Responder HELLO = TestServer.saying("Content-Type: text/plain\r\nX-A: 1\r\n\r\nhello\n");
    /** The names of the parameters that are asked for with HTTP_X_SHOW, then the body. */
    private static final Responder MIRROR = request -> {
        StringBuilder text = new StringBuilder("Content-Type: text/plain\r\n\r\n");
        Params params = request.params();
        for (String name : params.get("HTTP_X_SHOW", "").split(", ")) {
            text.append(name).append('=').append(params.get(name)).append('\n');
        }
        request.stdout().write(text.toString().getBytes(StandardCharsets.UTF_8));
        request.stdin().transferTo(request.stdout());
    };

    @TempDir
    Path directory;

    @Test
    void printsTheBody() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            assertEquals(new Run(0, "hello\n", ""), Run.of("call", server.address(), "/"));
        }
    }

    @Test
    void tellsOfConnectionsWhenAsked() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            Run run = Run.of("call", server.address(), "/a?b", "-v");
            assertEquals("hello\n", run.out());
            assertTrue(run.err().matches("connection 1: made to .* in [\\d.]+ ms\nGET /a\\?b: COMPLETED, status 200 in "
                    + "[\\d.]+ ms, first byte after [\\d.]+ ms, connection 1\n"), run.err());
        }
        String nobody = Run.of("call", "127.0.0.1:1", "/", "-v").err();
        assertTrue(nobody.matches("(?s)no connection, after [\\d.]+ ms: cannot connect to 127\\.0\\.0\\.1:1: .*\n"
                + "GET /: CONNECT_FAILED in .*"), nobody);
    }

    @Test
    void printsTheHeadWhenAsked() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            assertEquals("Status: 200\nContent-Type: text/plain\nX-A: 1\n\nhello\n",
                    Run.of("call", server.address(), "/", "-i").out());
        }
    }

    @Test
    void asksAsAWebServerDoes() throws IOException {
        try (TestServer server = TestServer.of(MIRROR)) {
            String show = "REQUEST_METHOD, SCRIPT_NAME, PATH_INFO, QUERY_STRING, REQUEST_URI, DOCUMENT_URI, "
                    + "SCRIPT_FILENAME, HTTP_HOST, REMOTE_USER";
            assertEquals("""
                    REQUEST_METHOD=PUT
                    SCRIPT_NAME=
                    PATH_INFO=/a b
                    QUERY_STRING=x=%20
                    REQUEST_URI=/a%20b?x=%20
                    DOCUMENT_URI=/a b
                    SCRIPT_FILENAME=null
                    HTTP_HOST=example.org
                    REMOTE_USER=joe
                    """, Run.of("call", server.address(), "/a%20b?x=%20#end", "-X", "PUT", "-H", "X-Show: " + show,
                    "-H", "Host: example.org", "--param", "REMOTE_USER=joe").out());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            /x         | --script=/srv/x          | /x      | -    | /srv/x
            /x/y       | --script-name=/x         | /x      | /y   | -
            /x         | --script-name=/x         | /x      | -    | -
            /x/        | --script-name=/x         | /x      | /    | -
            /a%20b/y   | '--script-name=/a b'     | /a b    | /y   | -
            /x.php/y   | --script=/srv/x.php --script-name=/x.php | /x.php | /y | /srv/x.php
            """)
    void aScriptOrAPlaceHasANameOfItsOwn(String path, String options, String name, String info, String file)
            throws IOException {
        try (TestServer server = TestServer.of(MIRROR)) {
            List<String> arguments = new ArrayList<>(List.of("call", server.address(), path, "-H",
                    "X-Show: SCRIPT_NAME, PATH_INFO, SCRIPT_FILENAME, DOCUMENT_URI, REQUEST_URI"));
            arguments.addAll(List.of(options.split(" (?=--)")));
            assertEquals("SCRIPT_NAME=" + name + "\nPATH_INFO=" + info + "\nSCRIPT_FILENAME=" + file
                    + "\nDOCUMENT_URI=" + path.replace("%20", " ") + "\nREQUEST_URI=" + path + "\n",
                    Run.of(arguments.toArray(String[]::new)).out());
        }
    }

    @Test
    void joinsPartsOfABody() throws IOException {
        try (TestServer server = TestServer.of(MIRROR)) {
            Path file = Files.writeString(directory.resolve("b"), "b=2 'x'\n-i"); // no arguments of the command
            assertEquals("""
                    REQUEST_METHOD=POST
                    CONTENT_TYPE=application/x-www-form-urlencoded
                    CONTENT_LENGTH=18
                    a=1&b=2 'x'
                    -i&c=3""", Run.withInput("c=3", "call", server.address(), "/", "-H",
                    "X-Show: REQUEST_METHOD, CONTENT_TYPE, CONTENT_LENGTH", "-d", "a=1", "-d", "@" + file, "-d", "@-")
                    .out());
        }
    }

    @Test
    void sendsAFormWithAFile() throws IOException {
        try (TestServer server = TestServer.of(MIRROR)) {
            Path file = Files.writeString(directory.resolve("cat.png"), "meow");
            String[] lines = Run.of("call", server.address(), "/", "-H", "X-Show: CONTENT_TYPE", "-F", "note=hi", "-F",
                    "picture=@" + file).out().split("\r?\n");
            assertTrue(lines[0].startsWith("CONTENT_TYPE=multipart/form-data; boundary=--"), lines[0]);
            String boundary = "--" + lines[0].substring(lines[0].indexOf("boundary=") + 9);
            assertEquals(String.join("\n", boundary,
                    "Content-Disposition: form-data; name=\"note\"", "", "hi", boundary,
                    "Content-Disposition: form-data; name=\"picture\"; filename=\"cat.png\"",
                    "Content-Type: image/png", "", "meow", boundary + "--"),
                    String.join("\n", lines).substring(lines[0].length() + 1));
        }
    }

    @Test
    void asksAnAuthorizer() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            assertEquals("Status: 200 OK\nVariable-AUTH_USER: alice\n\n",
                    Run.of("call", server.address(), "/?user=alice", "--role", "authorizer", "-i").out());
            Run denied = Run.of("call", server.address(), "/", "--role", "AUTHORIZER", "--fail");
            assertEquals(ExitStatus.HTTP, denied.status());
            assertEquals("denied\n", denied.out());
        }
    }

    @Test
    void asksAFilter() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            Path file = Files.writeString(directory.resolve("data"), "the data");
            assertEquals("the data",
                    Run.of("call", server.address(), "/", "--role", "filter", "--data", file.toString()).out());
        }
    }

    @Test
    void passesStderrOn() throws IOException {
        try (TestServer server = TestServer.of(request -> {
            request.stderr().write("oops\n".getBytes(StandardCharsets.US_ASCII));
            HELLO.respond(request);
        })) {
            assertEquals(new Run(0, "hello\n", "oops" + System.lineSeparator()),
                    Run.of("call", server.address(), "/"));
        }
    }

    @Test
    void tellsAllAsJson() throws IOException {
        try (TestServer server = TestServer.of(request -> {
            request.stderr().write("oops\n".getBytes(StandardCharsets.US_ASCII));
            request.appStatus(3);
            TestServer.saying("Status: 404 Not Found\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n\"\u00e4\"\n")
                    .respond(request);
        })) {
            Run run = Run.of("call", server.address(), "/", "--json");
            assertEquals(0, run.status());
            assertEquals("", run.err());
            String start = "{\"status\":404,\"reason\":\"Not Found\",\"headers\":{\"Set-Cookie\":[\"a\",\"b\"]},"
                    + "\"body\":\"\\\"\u00e4\\\"\\n\",\"bodyEncoding\":\"text\",\"stderr\":\"oops\\n\",\"appStatus\":3,"
                    + "\"protocolStatus\":\"REQUEST_COMPLETE\",\"milliseconds\":";
            assertTrue(run.out().startsWith(start), run.out());
            assertTrue(run.out().substring(start.length()).matches("\\d+\\.\\d+}\n"), run.out());
        }
    }

    @Test
    void aBinaryBodyIsBase64InJson() throws IOException {
        try (TestServer server = TestServer.of(request -> {
            request.stdout().write(new byte[] {'\n', (byte) 0xFF, 0});
        })) {
            String out = Run.of("call", server.address(), "/", "--json").out();
            assertTrue(out.contains("\"body\":\"/wA=\",\"bodyEncoding\":\"base64\""), out);
        }
    }

    @Test
    void failOnStatusWhenAsked() throws IOException {
        try (TestServer server = TestServer.of(TestServer.saying("Status: 500\r\n\r\nsorry\n"))) {
            assertEquals(0, Run.of("call", server.address(), "/").status());
            assertEquals(new Run(ExitStatus.HTTP, "sorry\n", ""), Run.of("call", server.address(), "/", "--fail"));
        }
        try (TestServer server = TestServer.of(request -> {
            request.appStatus(1);
            HELLO.respond(request);
        })) {
            assertEquals(0, Run.of("call", server.address(), "/").status());
            assertEquals(ExitStatus.APP_STATUS, Run.of("call", server.address(), "/", "-f").status());
        }
    }

    @Test
    void cannotConnect() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Run refused = Run.of("call", "127.0.0.1:" + port, "/");
        assertEquals(ExitStatus.CANNOT_CONNECT, refused.status());
        assertTrue(refused.error().startsWith("fcgi call: cannot connect to 127.0.0.1:" + port + ": "), refused.err());
        Run missing = Run.of("call", "unix:" + directory.resolve("none"), "/");
        assertEquals(ExitStatus.CANNOT_CONNECT, missing.status());
        assertTrue(missing.error().endsWith("none: no such socket"), missing.err());
    }

    @Test
    void timesOut() throws IOException {
        try (TestServer server = TestServer.of(request -> Thread.sleep(60_000))) {
            Run run = Run.of("call", server.address(), "/", "--timeout", "100ms");
            assertEquals(ExitStatus.TIMEOUT, run.status());
            assertTrue(run.error().matches("fcgi call: timeout: no (complete )?response within 100 ms"), run.err());
        }
    }

    @Test
    void refused() throws IOException {
        try (TestServer server = TestServer.of(FcgiServer.builder().authorizer(request -> null))) {
            Run run = Run.of("call", server.address(), "/");
            assertEquals(ExitStatus.REFUSED, run.status());
            assertTrue(run.error().contains("UNKNOWN_ROLE"), run.err());
        }
    }

    @Test
    void brokenResponses() throws Exception {
        try (TestServer server = TestServer.of(TestServer.saying("no head"))) {
            assertEquals(ExitStatus.PROTOCOL, Run.of("call", server.address(), "/").status());
        }
        try (ServerSocket socket = new ServerSocket(0)) {
            Thread peer = Thread.ofVirtual().start(() -> {
                try (Socket connection = socket.accept()) {
                    connection.getInputStream().read();
                    connection.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                    connection.shutdownOutput();
                    connection.getInputStream().readAllBytes();
                } catch (IOException ignored) {
                    // the command has closed first
                }
            });
            Run run = Run.of("call", "127.0.0.1:" + socket.getLocalPort(), "/");
            assertEquals(ExitStatus.PROTOCOL, run.status());
            assertTrue(run.error().contains("this looks like HTTP, not FastCGI"), run.err());
            peer.join();
        }
    }

    @Test
    void wrongUsage() {
        for (String[] arguments : new String[][] {
            {"call"}, {"call", "127.0.0.1:1"}, {"call", "nowhere", "/"}, {"call", "127.0.0.1:1", "no-slash"},
            {"call", "127.0.0.1:1", "/%zz"}, {"call", "127.0.0.1:1", "/%ff"}, {"call", "127.0.0.1:1", "/%00"},
            {"call", "127.0.0.1:1", "/xy", "--script-name", "/x"}, {"call", "tcp://127.0.0.1:1", "/"},
            {"call", "127.0.0.1:1", "/", "-d", "\ufffd"}, {"call", "127.0.0.1:1", "/", "--timeout", "soon"},
            {"call", "127.0.0.1:1", "/", "--role", "filter"}, {"call", "127.0.0.1:1", "/", "--role", "king"},
            {"call", "127.0.0.1:1", "/", "-d", "a", "-F", "b=c"}, {"call", "127.0.0.1:1", "/", "-F", "b"},
            {"call", "127.0.0.1:1", "/", "-H", "b"}, {"call", "127.0.0.1:1", "/", "--param", "HTTP_PROXY=a"},
            {"call", "127.0.0.1:1", "/", "--nonsense"}
        }) {
            Run run = Run.of(arguments);
            assertEquals(ExitStatus.USAGE, run.status(), String.join(" ", arguments));
            assertTrue(run.error().startsWith("fcgi"), run.err());
        }
    }

    @Test
    void aClosedStandardOutputEndsIt() throws IOException {
        try (TestServer server = TestServer.of(request -> {
            request.stdout().write('\n');
            while (true) {
                request.stdout().write('x'); // until it is aborted
            }
        })) {
            OutputStream closed = new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("broken pipe");
                }
            };
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Console console = Console.of(InputStream.nullInputStream(), closed, err);
            assertEquals(ExitStatus.FAILED, Fcgi.run(console, "call", server.address(), "/"));
            assertEquals("fcgi call: cannot write to standard output: broken pipe",
                    err.toString(StandardCharsets.UTF_8).strip());
        }
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            Run run = Run.of("call", server.address(), "/", "-d", "@" + directory.resolve("none"));
            assertEquals(ExitStatus.FAILED, run.status());
            assertTrue(run.error().endsWith("none: no such file"), run.err());
        }
    }
}
