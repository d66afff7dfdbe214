package dev.fcgi;

import static dev.fcgi.ScriptedPeer.AUTHORIZER;
import static dev.fcgi.ScriptedPeer.FILTER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.conn.ManualClock;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The accept loop: one request at a time on the thread of the test. */
final class FcgiAcceptorTest {
    @TempDir
    private Path directory;
    private final ManualClock clock = new ManualClock();
    private FcgiAcceptor acceptor;

    @BeforeEach
    void open() throws IOException {
        acceptor = FcgiAcceptor.open("unix:" + directory.resolve("a.sock"));
    }

    @AfterEach
    void close() {
        acceptor.close();
    }

    private ScriptedPeer peer() throws IOException {
        return ScriptedPeer.connect(acceptor.addresses().get(0));
    }

    private static void print(Request request, String text) throws IOException {
        ServerTest.print(request, text);
    }

    private CompletableFuture<Void> closeElsewhere() {
        FcgiAcceptor closed = acceptor;
        return CompletableFuture.runAsync(closed::close, Thread::startVirtualThread);
    }

    @Test
    void acceptFinishesThePreviousRequest() throws Exception {
        try (ScriptedPeer peer = peer()) {
            peer.request(1, "/1").request(1, "/2").send();
            Request one = acceptor.accept();
            print(one, one.meta("SCRIPT_NAME"));
            one.appStatus(3);
            Request two = acceptor.accept();
            peer.expectStdout(1, "/1").expectEnd(1, 3, ProtocolStatus.REQUEST_COMPLETE);
            assertThrows(IOException.class, () -> print(one, "late"));
            print(two, "two");
            two.finish();
            peer.expectAnswer(1, "two").expectQuiet();
        }
        assertFalse(acceptor.isCgi());
    }

    @Test
    void whatAResponderThrowsCostsItsOwnRequest() throws Exception {
        CompletableFuture<Void> loop = CompletableFuture.runAsync(() -> {
            try {
                acceptor.serve(request -> {
                    switch (request.meta("SCRIPT_NAME")) {
                        case "/exception" -> throw new IOException("expected in the log");
                        case "/error" -> throw new StackOverflowError("expected in the log");
                        case "/late" -> {
                            print(request, "half of it");
                            request.stdout().flush();
                            throw new IllegalStateException("expected in the log");
                        }
                        case "/body" -> request.stdin().readAllBytes();
                        default -> print(request, "fine");
                    }
                });
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }, Thread::startVirtualThread);
        try (ScriptedPeer peer = peer()) {
            peer.request(1, "/exception").send()
                    .expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
            peer.request(1, "/error").send()
                    .expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
            peer.request(1, "/fine").send().expectAnswer(1, "fine");
            peer.head(1, KEEP_CONN, "/body").stdin(1, "a").abort(1).send().expectAnswer(1, "");
            peer.request(1, "/fine").send().expectAnswer(1, "fine");
            peer.request(1, "/late").send().expectStdoutPart(1, "half of it").expectCut(1);
        }
        try (ScriptedPeer peer = peer()) {
            peer.request(1, "/fine").send().expectAnswer(1, "fine");
        }
        acceptor.close();
        loop.get(10, TimeUnit.SECONDS);
    }

    @Test
    void theBodyIsReadWhileItArrives() throws Exception {
        try (ScriptedPeer peer = peer()) {
            peer.head(1, KEEP_CONN, "/").stdin(1, "a").send();
            Request request = acceptor.accept();
            assertEquals('a', request.stdin().read());
            peer.stdin(1, "b").endStdin(1).send();
            assertEquals("b", new String(request.stdin().readAllBytes()));
            acceptor.close();
            peer.expectAnswer(1, "").expectClosed();
        }
    }

    @Test
    void allRolesComeOut() throws Exception {
        try (ScriptedPeer peer = peer()) {
            peer.begin(1, AUTHORIZER, KEEP_CONN).endParams(1).send();
            Request authorizer = acceptor.accept();
            assertSame(Role.AUTHORIZER, authorizer.role());
            print(authorizer, "Status: 200\r\n\r\n");
            authorizer.finish();
            peer.expectAnswer(1, "Status: 200\r\n\r\n");
            peer.begin(1, FILTER, KEEP_CONN).endParams(1).endStdin(1).data(1, "file").endData(1).send();
            FilterRequest filter = assertInstanceOf(FilterRequest.class, acceptor.accept());
            assertEquals("file", new String(filter.data().readAllBytes()));
        }
    }

    @Test
    void aSecondRequestOfAConnectionIsRefused() throws Exception { // 5.5-cant-mpx-conn
        try (ScriptedPeer peer = peer()) {
            peer.request(1, "/").request(2, "/").send();
            Request request = acceptor.accept();
            peer.expectEnd(2, 0, ProtocolStatus.CANT_MPX_CONN);
            print(request, "first");
            request.finish();
            peer.expectAnswer(1, "first");
            peer.getValues("FCGI_MPXS_CONNS").expectGetValuesResult("FCGI_MPXS_CONNS", "0");
        }
    }

    @Test
    void keptConnectionsDoNotStarveEachOther() throws Exception {
        try (ScriptedPeer one = peer(); ScriptedPeer two = peer(); ScriptedPeer silent = peer()) {
            one.begin(1, 1, KEEP_CONN).send(); // half a head does not make others wait
            silent.send();
            for (int i = 0; i < 5; i++) {
                two.request(1, "/two").send();
                assertEquals("/two", acceptor.accept().meta("SCRIPT_NAME"));
                if (i == 2) {
                    one.params(1, "SCRIPT_NAME", "/one").endParams(1).endStdin(1).send();
                    assertEquals("/one", acceptor.accept().meta("SCRIPT_NAME"));
                }
                ScriptedPeer three = peer();
                three.request(1, 0, "/three").send();
                Request next = acceptor.accept();
                assertEquals("/three", next.meta("SCRIPT_NAME"));
                two.expectAnswer(1, "");
                next.finish();
                three.expectAnswer(1, "").expectClosed();
            }
            one.expectAnswer(1, "");
        }
    }

    @Test
    void aRequestAbortedWhileItWaitedIsNotHandedOut() throws Exception {
        try (ScriptedPeer peer = peer(); ScriptedPeer other = peer()) {
            other.request(1, "/").send();
            acceptor.accept().finish(); // connections are accepted only while the loop waits
            other.expectAnswer(1, "");
            peer.request(1, "/").send();
            Request first = acceptor.accept();
            other.request(1, "/cancelled").abort(1).expectAnswer(1, "").request(1, "/next").send();
            first.finish();
            assertEquals("/next", acceptor.accept().meta("SCRIPT_NAME"));
        }
    }

    @Test
    void anAbortedRequestInterruptsTheLoopAndNotItsNextRequest() throws Exception {
        try (ScriptedPeer peer = peer()) {
            peer.request(1, "/").send();
            Request request = acceptor.accept();
            peer.abort(1).expectAnswer(1, "");
            assertTrue(request.isAborted());
            assertTrue(Thread.currentThread().isInterrupted());
            peer.request(1, "/next").send();
            assertEquals("/next", acceptor.accept().meta("SCRIPT_NAME"));
            assertFalse(Thread.currentThread().isInterrupted());
        }
    }

    @Test
    void anInterruptedAcceptCanBeRepeated() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, acceptor::accept);
        try (ScriptedPeer peer = peer()) {
            peer.request(1, "/").send();
            assertEquals("/", acceptor.accept().meta("SCRIPT_NAME"));
        }
    }

    @Test
    void closeFromElsewhereHandsOutWhatHasArrivedThenNull() throws Exception {
        try (ScriptedPeer peer = peer(); ScriptedPeer waiting = peer()) {
            peer.request(1, "/1").send();
            Request request = acceptor.accept();
            waiting.request(1, "/2").send();
            CompletableFuture<Void> closed = closeElsewhere();
            print(request, "one");
            Request last = acceptor.accept();
            assertEquals("/2", last.meta("SCRIPT_NAME"));
            peer.expectAnswer(1, "one").expectClosed();
            last.finish();
            waiting.expectAnswer(1, "").expectClosed();
            assertNull(acceptor.accept());
            closed.get(10, TimeUnit.SECONDS);
            assertNull(acceptor.accept());
            assertFalse(Files.exists(directory.resolve("a.sock")));
        }
    }

    @Test
    void closeFromElsewhereEndsAWaitingAccept() throws Exception {
        FcgiAcceptor waited = acceptor;
        CompletableFuture<Request> accepted = new CompletableFuture<>();
        Thread loop = Thread.startVirtualThread(() -> {
            try {
                accepted.complete(waited.accept());
            } catch (Exception e) {
                accepted.completeExceptionally(e);
            }
        });
        ServerTest.until("the loop waits", () -> loop.getState() == Thread.State.WAITING);
        closeElsewhere().get(10, TimeUnit.SECONDS);
        assertNull(accepted.get(10, TimeUnit.SECONDS));
    }

    @Test
    void closeByTheLoopAnswers503ToWaitingRequests() throws Exception {
        try (LogCapture log = new LogCapture(); ScriptedPeer peer = peer(); ScriptedPeer waiting = peer();
                ScriptedPeer backlog = peer()) {
            waiting.request(1, "/0").send();
            acceptor.accept().finish();
            waiting.expectAnswer(1, "").begin(1, 1, KEEP_CONN).send();
            peer.request(1, "/1").send();
            Request request = acceptor.accept();
            print(request, "last");
            waiting.params(1, "A", "B").endParams(1).endStdin(1).getValues().expectGetValuesResult();
            backlog.request(1, "/3").send();
            acceptor.close();
            peer.expectAnswer(1, "last").expectClosed();
            waiting.expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectClosed();
            backlog.expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectClosed();
            assertFalse(log.has(line -> line.contains("cannot start a thread")), log.lines()::toString);
            assertTrue(log.has(line -> line.matches("INFO the server stops, refused: request 1 of .*, role RESPONDER")),
                    log.lines().toString());
            assertNull(acceptor.accept());
        }
        acceptor.close(); // has no effect
    }

    @Test
    void addressesAreCheckedLikeThoseOfAServer() {
        assertThrows(IllegalArgumentException.class, () -> FcgiAcceptor.builder().listen(new InetSocketAddress(0)));
        assertThrows(IllegalArgumentException.class, () -> FcgiAcceptor.open("/path"));
        assertThrows(IOException.class, () -> FcgiAcceptor.builder()
                .listen(InetSocketAddress.createUnresolved("none.invalid", 80)).open());
        assertThrows(IOException.class, () -> FcgiAcceptor.builder().listen(acceptor.addresses().get(0)).open());
        assertThrows(IllegalStateException.class, () -> FcgiAcceptor.builder().open());
    }

    @Test
    void aTcpAcceptorWorksTheSame() throws Exception {
        acceptor.close();
        acceptor = FcgiAcceptor.open("127.0.0.1:0");
        try (ScriptedPeer peer = peer()) {
            peer.request(1, 0, "/").send();
            Request request = acceptor.accept();
            print(request, "tcp");
            request.finish();
            peer.expectAnswer(1, "tcp").expectClosed();
        }
    }

    private void reopen(UnaryOperator<FcgiAcceptor.Builder> settings) throws IOException {
        acceptor.close();
        acceptor = settings.apply(FcgiAcceptor.builder().clock(clock)).open();
    }

    /** Advances the clock while the loop handles a request, until that is aborted. */
    private void letTimePassWhile(Request request) {
        Thread.startVirtualThread(() -> clock.until("the request is aborted", request::isAborted));
    }

    @Test
    void aBuilderHasTheLimitsOfAServer() throws Exception {
        Path path = directory.resolve("limited.sock");
        reopen(b -> b.listen("unix:" + path).listen(0).unixMode(PosixFilePermissions.fromString("rw-rw----"))
                .backlog(7).maxParamsCount(3).readTimeout(Duration.ofSeconds(1)).abortPolicy(AbortPolicy.SIGNAL));
        assertEquals(2, acceptor.addresses().size());
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        try (ScriptedPeer peer = ScriptedPeer.connect(acceptor.addresses().get(1))) {
            peer.begin(1, ScriptedPeer.RESPONDER, KEEP_CONN).params(1, "A", "1", "B", "2", "C", "3", "D", "4").endParams(1).send();
            peer.head(2, KEEP_CONN, "/silent").send();
            Request request = acceptor.accept();
            assertEquals("/silent", request.meta("SCRIPT_NAME"));
            letTimePassWhile(request);
            assertEquals(Reason.READ_TIMEOUT,
                    assertThrows(RequestAbortedException.class, () -> request.stdin().read()).reason());
            peer.expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED)
                    .expectStatus(2, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        }
    }

    @Test
    void aHandlerTimeoutAbortsARequestOfALoop() throws Exception {
        reopen(b -> b.listen(0).handlerTimeout(Duration.ofSeconds(1)));
        try (ScriptedPeer peer = peer()) {
            peer.request(1, KEEP_CONN, "/").send();
            Request request = acceptor.accept();
            letTimePassWhile(request);
            assertThrows(InterruptedException.class, () -> new CountDownLatch(1).await());
            assertEquals(Reason.HANDLER_TIMEOUT,
                    assertThrows(RequestAbortedException.class, () -> request.stdout().write(1)).reason());
            peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).request(1, KEEP_CONN, "/next").send();
            assertEquals("/next", acceptor.accept().meta("SCRIPT_NAME"));
        }
    }

    @Test
    void aBuilderOpensMoreThanOne() throws Exception {
        FcgiAcceptor.Builder builder = FcgiAcceptor.builder().listen(0);
        try (FcgiAcceptor one = builder.open(); FcgiAcceptor other = builder.listen(0).open()) {
            assertEquals(1, one.addresses().size());
            assertEquals(2, other.addresses().size());
        }
    }

    /**
     * Every limit of a server exists for a loop by the same name, unless it makes no sense for one request at a time.
     */
    @Test
    void aSettingHasTheNameItHasWithAServer() {
        Set<String> ofAServer = setters(FcgiServer.Builder.class);
        ofAServer.removeAll(Set.of("responder(Responder)", "authorizer(Authorizer)", "filter(Filter)",
                "executor(Executor)", "maxRequestsPerConnection(int)", "stallTimeout(Duration)"));
        assertEquals(ofAServer, setters(FcgiAcceptor.Builder.class));
    }

    private static Set<String> setters(Class<?> builder) {
        return Stream.of(builder.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getReturnType() == builder)
                .map(method -> method.getName() + '(' + Stream.of(method.getParameterTypes())
                        .map(Class::getSimpleName).collect(Collectors.joining()) + ')')
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
