package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.BasicAuthenticator;
import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application receives of a request. */
final class GatewayRequestTest extends GatewayTest {

    private static void sum(Request request) throws IOException {
        byte[] body = request.stdin().readAllBytes();
        long sum = 0;
        for (byte b : body) {
            sum += b;
        }
        print(request, "Content-Type: x/y\n\n" + request.params().get("CONTENT_LENGTH", "-") + " " + body.length + " "
                + sum);
    }

    @Test
    void allVariablesThatMustBeThere() throws Exception {
        write("sub/x.php", "source");
        serve(GatewayTest::params, builder -> builder.documentRoot(root).scriptRoot("/srv").param("APP_ENV", "test"));
        Socket socket = connect();
        send(socket, "GET /s%75b/x.php/a%20b?q=%20&r HTTP/1.1\r\nHost: Example.org:8080\r\nConnection: close\r\n\r\n");
        assertEquals("""
                APP_ENV=test
                DOCUMENT_ROOT=/srv
                DOCUMENT_URI=/sub/x.php/a b
                GATEWAY_INTERFACE=CGI/1.1
                HTTP_HOST=Example.org:8080
                PATH_INFO=/a b
                QUERY_STRING=q=%%20&r
                REDIRECT_STATUS=200
                REMOTE_ADDR=127.0.0.1
                REMOTE_PORT=%d
                REQUEST_METHOD=GET
                REQUEST_SCHEME=http
                REQUEST_URI=/s%%75b/x.php/a%%20b?q=%%20&r
                SCRIPT_FILENAME=/srv/sub/x.php
                SCRIPT_NAME=/sub/x.php
                SERVER_ADDR=127.0.0.1
                SERVER_NAME=Example.org
                SERVER_PORT=%d
                SERVER_PROTOCOL=HTTP/1.1
                SERVER_SOFTWARE=fcgi
                """.formatted(socket.getLocalPort(), port()), HttpReply.read(socket.getInputStream(), false).body());
    }

    @Test
    void emptyQueriesAndTheMethodStayAsTheyAre() throws Exception {
        serve(GatewayTest::params);
        String params = exchange("frob /x? HTTP/1.1\nHost: [::1]:80").body();
        assertTrue(params.contains("\nQUERY_STRING=\n"), params);
        assertTrue(params.contains("\nREQUEST_URI=/x?\n"), params);
        assertTrue(params.contains("\nREQUEST_METHOD=frob\n"), params);
        assertTrue(params.contains("\nSERVER_NAME=[::1]\n"), params);
        params = exchange("GET http://else.org:1/x HTTP/1.0\nHost: test").body();
        assertTrue(params.contains("\nSERVER_NAME=else.org\n"), params); // RFC 9112 3.2.2
        assertTrue(params.contains("\nHTTP_HOST=else.org:1\n"), params);
        assertTrue(params.contains("\nSERVER_PROTOCOL=HTTP/1.0\n"), params);
        params = exchange("GET /x HTTP/1.0").body();
        assertTrue(params.contains("\nSERVER_NAME=127.0.0.1\n"), params);
        assertFalse(params.contains("HTTP_HOST"), params);
    }

    @Test
    void headersThatArePassedOn() throws Exception {
        serve(GatewayTest::params);
        String params = get("/?\u00fc", """

                Accept: a/b
                X-Two: 1
                X-Two: 2
                Cookie: a=1
                Cookie: b=2
                Authorization: Basic dTpw
                X-Text: gr\u00c3\u00bcn
                X-Latin: gr\u00fcn
                If-None-Match: "x"
                Content-Type: text/lost""").body();
        assertTrue(params.contains("\nHTTP_ACCEPT=a/b\n"), params);
        assertTrue(params.contains("\nHTTP_X_TWO=1, 2\n"), params);
        assertTrue(params.contains("\nHTTP_COOKIE=a=1; b=2\n"), params);
        assertTrue(params.contains("\nHTTP_AUTHORIZATION=Basic dTpw\n"), params);
        assertTrue(params.contains("\nHTTP_X_TEXT=gr\u00c3\u00bcn\n"), params); // UTF-8, byte by byte
        assertTrue(params.contains("\nHTTP_X_LATIN=gr\u00fcn\n"), params); // and what is not UTF-8
        assertTrue(params.contains("\nHTTP_IF_NONE_MATCH=\"x\"\n"), params);
        assertTrue(params.contains("\nQUERY_STRING=\u00fc\n"), params); // raw, as it was sent
        assertFalse(params.contains("CONTENT_"), params); // there is no body
    }

    @Test
    void theGatewaysOwnTextIsUtf8() throws Exception {
        write("gr\u00fcn/x.php", "source");
        serve(GatewayTest::params, builder -> builder.documentRoot(root).scriptRoot("/\u20ac").param("A", "\u20ac"));
        String params = get("/gr%c3%bcn/x.php/\u00c3\u00a4%20").body();
        assertTrue(params.contains("\nSCRIPT_NAME=/gr\u00c3\u00bcn/x.php\n"), params);
        assertTrue(params.contains("\nPATH_INFO=/\u00c3\u00a4 \n"), params);
        assertTrue(params.contains("\nSCRIPT_FILENAME=/\u00e2\u0082\u00ac/gr\u00c3\u00bcn/x.php\n"), params);
        assertTrue(params.startsWith("A=\u00e2\u0082\u00ac\n"), params);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Proxy: evil", "X_Real: evil", "X.Real: evil", "X!Real: evil", "TE: evil", "Trailer: evil",
        "Keep-Alive: evil", "Upgrade: evil", "Proxy-Authorization: evil", "Proxy-Connection: evil",
        "Connection: x-evil\nX-Evil: evil", "Content_Length: evil", "Expect: evil"})
    void headersThatAreNotPassedOn(String header) throws Exception {
        serve(GatewayTest::params);
        String params = get("/", "\n" + header).body();
        assertTrue(params.contains("HTTP_HOST"), params);
        assertFalse(params.contains("evil"), params);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\nHost: a\nHost: b", "GET / HTTP/1.1\nHost: a/b",
        "GET / HTTP/1.1\nHost: a b",
        "GET / HTTP/1.1\nHost: <script>", "GET / HTTP/1.1\nHost: a\nX: a\u0001b", "G(T / HTTP/1.1\nHost: a",
        "POST / HTTP/1.1\nHost: a\nContent-Length: +1\n\nx", "POST / HTTP/1.1\nHost: a\nContent-Length: -1\n\nx",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 1\nContent-Length: 1\n\nx",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 1\nTransfer-Encoding: chunked\n\n0\r\n\r\n"})
    void requestsThatAreRefused(String request) throws Exception {
        serve(GatewayTest::params);
        assertEquals(400, exchange(request).status());
    }

    @Test
    void traceIsRefused() throws Exception {
        serve(GatewayTest::params);
        assertEquals(405, exchange("TRACE / HTTP/1.1\nHost: a").status());
    }

    @Test
    void theUserOfAnAuthenticator() throws Exception {
        serve(GatewayTest::params, FcgiGateway.Builder::passAllRequests).setAuthenticator(new BasicAuthenticator("realm") {
            @Override
            public boolean checkCredentials(String user, String password) {
                return user.equals("u") && password.equals("p");
            }
        });
        assertEquals(401, get("/").status());
        String params = get("/", "\nAuthorization: Basic dTpw").body();
        assertTrue(params.contains("\nREMOTE_USER=u\n"), params);
        assertTrue(params.startsWith("AUTH_TYPE=Basic\n"), params);
        assertFalse(params.contains("AUTHORIZATION"), params);
    }

    @ParameterizedTest
    @CsvSource({"0,false", "1,false", "65535,false", "65536,false", "1000000,false", "1,true", "32768,true",
        "32769,true", "1000000,true"})
    void bodiesOfKnownLength(int length, boolean streamed) throws Exception {
        serve(GatewayRequestTest::sum, builder -> builder.passAllRequests().streamBodies(streamed));
        String body = "x".repeat(length);
        assertEquals(length + " " + length + " " + (long) length * 'x',
                exchange("PUT / HTTP/1.1\nHost: a\nContent-Length: " + length + "\n\n" + body).body());
    }

    @Test
    void aBodyThatIsNotThere() throws Exception {
        serve(GatewayRequestTest::sum);
        assertEquals("- 0 0", exchange("POST / HTTP/1.1\nHost: a").body());
        assertEquals("0 0 0", exchange("GET / HTTP/1.1\nHost: a\nContent-Length: 0").body());
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "65535", "65536", "65537", "1000000"})
    void aBodyOfUnknownLengthHasItsLength(int length) throws Exception {
        serve(GatewayRequestTest::sum);
        String body = "x".repeat(length);
        assertEquals(length + " " + length + " " + (long) length * 'x',
                exchange("PUT / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"
                        + (length == 0 ? "" : Integer.toHexString(length) + "\r\n" + body + "\r\n") + "0\r\n\r\n").body());
    }

    @Test
    void slowUploadsTakeNoConnectionToTheApplication() throws Exception {
        application = FcgiServer.builder().listen("unix:" + directory.resolve("app")).responder(GatewayRequestTest::sum)
                .build().start();
        gateway(FcgiClient.builder().address("unix:" + directory.resolve("app")).maxConnections(1),
                FcgiGateway.Builder::passAllRequests);
        Socket known = connect();
        send(known, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(99_999));
        Socket chunked = connect();
        send(chunked, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n");
        assertEquals("- 0 0", get("/").body());
        assertEquals(1, application.stats().requestsStarted());
        send(known, "x");
        assertEquals("100000 100000 12000000", HttpReply.read(known.getInputStream(), false).body());
        send(chunked, "0\r\n\r\n");
        assertEquals("5 5 600", HttpReply.read(chunked.getInputStream(), false).body());
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 65_536, 300_000})
    void aBodyThatIsCutIsNoRequest(int length) throws Exception {
        serve(GatewayRequestTest::sum);
        for (String framing : new String[] {"Content-Length: " + (length + 1) + "\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(length + 1) + "\r\n"}) {
            Socket socket = connect();
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\n" + framing + "x".repeat(length));
            socket.shutdownOutput();
            assertEquals(-1, socket.getInputStream().read());
        }
        assertEquals(0, application.stats().requestsStarted());
    }

    @Test
    void aLongBodyWaitsInAFileWithoutAName() throws Exception {
        Path spool = Files.createDirectory(directory.resolve("spool"));
        serve(GatewayRequestTest::sum, builder -> builder.passAllRequests().temporaryDirectory(spool));
        String request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n";
        Socket socket = connect();
        send(socket, request + "x".repeat(299_999));
        until("the file is there, and has lost its name", () -> openFiles(spool) == 1 && files(spool) == 0);
        send(socket, "x");
        assertEquals("300000 300000 36000000", HttpReply.read(socket.getInputStream(), false).body());
        until("the file is gone", () -> openFiles(spool) == 0);
        Files.delete(spool);
        assertEquals(500, exchange(request.replace("\r\n", "\n").strip() + "\n\n" + "x".repeat(300_000)).status());
        assertTrue(log.has(line -> line.contains("FcgiGateway.Builder.temporaryDirectory sets another directory")),
                log.lines()::toString);
        assertEquals(1, application.stats().requestsStarted());
    }

    private static int files(Path directory) {
        return directory.toFile().list().length;
    }

    /** How many files of a directory this process has open, as Linux tells. */
    private static long openFiles(Path directory) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(one -> {
                try {
                    return Files.readSymbolicLink(one).startsWith(directory);
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            }).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStreamedBodyOfUnknownLengthArrivesPieceByPiece() throws Exception {
        BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
        serve(request -> {
            pieces.add(request.params().get("CONTENT_LENGTH", "unknown"));
            byte[] piece = new byte[100];
            for (int count; (count = request.stdin().read(piece)) >= 0; ) {
                pieces.add(new String(piece, 0, count, "UTF-8"));
            }
            print(request, "Content-Type: x/y\n\nend");
        }, builder -> builder.passAllRequests().streamBodies(true));
        Socket socket = connect();
        send(socket, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertEquals("unknown", pieces.poll(10, TimeUnit.SECONDS));
        send(socket, "3\r\none\r\n");
        assertEquals("one", pieces.poll(10, TimeUnit.SECONDS));
        send(socket, "3\r\ntwo\r\n");
        assertEquals("two", pieces.poll(10, TimeUnit.SECONDS));
        send(socket, "0\r\n\r\n");
        assertEquals("end", HttpReply.read(socket.getInputStream(), false).body());
    }

    @Test
    void bodiesOverTheLimit() throws Exception {
        serve(GatewayRequestTest::sum, builder -> builder.passAllRequests().maxBodyLength(10));
        assertEquals("10 10 " + 10 * 'x',
                exchange("POST / HTTP/1.1\nHost: a\nContent-Length: 10\n\nxxxxxxxxxx").body());
        assertEquals(413, exchange("POST / HTTP/1.1\nHost: a\nContent-Length: 11\n\nxxxxxxxxxxx").status());
        String chunked = "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n5\r\nxxxxx\r\n";
        assertEquals("5 5 " + 5 * 'x', exchange(chunked + "0\r\n\r\n").body());
        assertEquals(413, exchange(chunked + "6\r\nxxxxxx\r\n0\r\n\r\n").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000\r\n\r\nxx", "Transfer-Encoding: chunked\r\n\r\n5\r\nxx"})
    void aBrowserThatGoesAwayInAStreamedBodyAbortsTheRequest(String request) throws Exception {
        CountDownLatch aborted = gate();
        CountDownLatch begun = gate();
        serve(one -> {
            begun.countDown();
            one.onAbort(aborted::countDown);
            one.stdin().readAllBytes();
        }, builder -> builder.passAllRequests().streamBodies(true));
        try (Socket socket = connect()) {
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\n" + request);
            await(begun);
        }
        await(aborted);
    }

    @Test
    void aShortBodyIsWholeBeforeTheApplicationHearsOfIt() throws Exception {
        serve(GatewayRequestTest::sum);
        Socket socket = connect();
        send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nxx");
        socket.shutdownOutput();
        assertEquals(-1, socket.getInputStream().read());
        assertEquals(0, application.stats().requestsStarted());
    }

    @Test
    void theConnectionGoesOnAfterABodyThatNobodyRead() throws Exception {
        serve(request -> print(request, "Content-Type: x/y\n\n" + request.meta("PATH_INFO")));
        Socket socket = connect();
        String body = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000); // more than is read in advance
        for (int i = 0; i < 5; i++) {
            send(socket, "POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            assertEquals("/" + i, HttpReply.read(socket.getInputStream(), false).body());
        }
    }

    @Test
    void anEarlyAnswerDoesNotWaitForTheBody() throws Exception {
        serve(request -> print(request, "Content-Type: x/y\nContent-Length: 5\n\nearly"),
                builder -> builder.passAllRequests().streamBodies(true));
        Socket socket = connect();
        send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nxxx");
        assertEquals("early", HttpReply.read(socket.getInputStream(), false).body());
    }

    @Test
    void anEarlyAnswerWhileTheBodyIsWaitedForIsWhole() throws Exception {
        serve(request -> {
            request.stdin().readNBytes(3); // so the client waits for more from the browser
            print(request, "Content-Type: x/y\nContent-Length: 5\n\nearly");
        }, builder -> builder.passAllRequests().streamBodies(true));
        Socket socket = connect();
        send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nxxx");
        assertEquals("early", HttpReply.read(socket.getInputStream(), false).body());
    }

    @Test
    void anEarlyAnswerToABrowserThatSendsOnIsWhole() throws Exception {
        serve(request -> {
            request.stdin().readNBytes(3);
            print(request, "Content-Type: x/y\n\nearly");
        }, builder -> builder.passAllRequests().streamBodies(true));
        Socket socket = connect();
        String body = "x".repeat(1_000_000);
        Thread sender = Thread.startVirtualThread(() -> {
            try {
                send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            } catch (IOException closed) { // after the response, as intended
                Thread.currentThread().interrupt();
            }
        });
        HttpReply reply = HttpReply.read(socket.getInputStream(), false);
        sender.join();
        assertEquals("early", reply.body());
        assertTrue(reply.complete());
    }
}
