package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.internal.io.AllowedPeers;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where a server listens, and who may connect. */
final class ListenTest extends ServerTest {
    private Path socket() {
        return directory.resolve("app.sock");
    }

    private void expectUseless(UnixDomainSocketAddress address) {
        IOException failed = assertThrows(IOException.class,
                () -> launch(b -> b.listen(address).responder(ServerTest::echoPath)));
        assertTrue(failed.getMessage().contains(address.toString()), failed.getMessage());
    }

    @Test
    void aStaleSocketFileIsReplaced() throws Exception {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket())).close();
        assertTrue(Files.exists(socket()));
        launch(b -> b.listen("unix:" + socket()).responder(ServerTest::echoPath));
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        server.close();
        assertFalse(Files.exists(socket()));
    }

    @Test
    void aLiveSocketIsNeverStolen() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket());
        launch(b -> b.listen(address).responder(ServerTest::echoPath));
        FcgiServer live = server;
        expectUseless(address);
        peer(live.addresses().get(0)).request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        assertTrue(Files.exists(socket()));
    }

    @Test
    void aLiveSocketWithAFullBacklogIsNeverStolen() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket());
        try (ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
            List<SocketChannel> waiting = new ArrayList<>();
            assertThrows(IOException.class, () -> {
                while (waiting.size() < 10) {
                    waiting.add(SocketChannel.open(StandardProtocolFamily.UNIX));
                    waiting.getLast().configureBlocking(false);
                    waiting.getLast().connect(address);
                }
            });
            expectUseless(address);
            assertTrue(busy.isOpen());
            for (SocketChannel one : waiting) {
                one.close();
            }
        }
    }

    @Test
    void anotherFileIsNotTouched() throws Exception {
        Files.writeString(socket(), "precious");
        expectUseless(UnixDomainSocketAddress.of(socket()));
        assertEquals("precious", Files.readString(socket()));
        Files.delete(socket());
        Files.createDirectory(socket());
        expectUseless(UnixDomainSocketAddress.of(socket()));
        assertTrue(Files.isDirectory(socket()));
    }

    @Test
    void aPipeIsNotTouched() throws Exception {
        Process mkfifo = new ProcessBuilder("mkfifo", socket().toString()).start();
        assumeTrue(mkfifo.waitFor() == 0, "no named pipes");
        expectUseless(UnixDomainSocketAddress.of(socket()));
        assertTrue(Files.exists(socket()));
    }

    @Test
    void aDirectoryThatIsMissingIsAnError() {
        expectUseless(UnixDomainSocketAddress.of(directory.resolve("none/app.sock")));
    }

    @Test
    void theModeOfTheSocketFileIsSet() throws Exception {
        for (String mode : List.of("rw-------", "rwxrwxrwx")) {
            launch(b -> b.listen("unix:" + socket()).unixMode(PosixFilePermissions.fromString(mode))
                    .responder(ServerTest::echoPath));
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
            server.close();
        }
    }

    /** A container may have no names of groups. */
    @Test
    void theGroupMayBeANumber() throws Exception {
        Object group = Files.getAttribute(directory, "unix:gid");
        launch(b -> b.listen("unix:" + socket()).unixGroup(group.toString()).responder(ServerTest::echoPath));
        assertEquals(group, Files.getAttribute(socket(), "unix:gid"));
    }

    @Test
    void anUnknownGroupIsAnErrorAndLeavesNoFile() {
        assertThrows(BindException.class, () -> launch(b -> b.listen("unix:" + socket())
                .unixGroup("no-such-group-here").responder(ServerTest::echoPath)));
        assertFalse(Files.exists(socket()));
    }

    @Test
    void allInterfacesHaveToBeRequestedExplicitly() throws Exception {
        FcgiServer.Builder b = FcgiServer.builder();
        assertThrows(IllegalArgumentException.class, () -> b.listen(new InetSocketAddress(0)));
        assertThrows(IllegalArgumentException.class, () -> b.listen(new InetSocketAddress("0.0.0.0", 0)));
        assertThrows(IllegalArgumentException.class, () -> b.listen(":9000"));
        launch(c -> c.listen("*:0").listenOnAllInterfaces(0).responder(ServerTest::echoPath));
        for (SocketAddress address : server.addresses()) {
            int port = ((InetSocketAddress) address).getPort();
            peer(new InetSocketAddress("127.0.0.1", port)).request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        }
    }

    @Test
    void aPortIsBoundToLoopbackOnly() throws Exception {
        startTcp(b -> b.responder(ServerTest::echoPath));
        InetSocketAddress address = (InetSocketAddress) server.addresses().get(0);
        assertTrue(address.getAddress().isLoopbackAddress());
        assertTrue(address.getPort() > 0);
    }

    @Test
    void anIpv6AddressIsInBrackets() throws Exception {
        launch(b -> b.listen("[::1]:0").responder(request -> print(request, request.peer().toString())));
        ScriptedPeer peer = peer().request(1, 0, "/");
        peer.expectAnswer(1, peer.address().toString()).expectClosed();
    }

    @Test
    void severalAddressesServeAtOnce() throws Exception {
        launch(b -> b.listen("unix:" + socket()).listen("127.0.0.1:0").listen("unix:" + socket() + "2")
                .listen("[::1]:0").responder(ServerTest::echoPath));
        List<SocketAddress> addresses = server.addresses();
        assertEquals(4, addresses.size());
        assertEquals(UnixDomainSocketAddress.of(socket()), addresses.get(0));
        for (SocketAddress address : addresses) {
            peer(address).request(1, KEEP_CONN, "/").expectAnswer(1, "\r\n/");
        }
        assertEquals(4, server.stats().connections());
    }

    @Test
    void whenOneAddressIsTakenNoneIsBound() throws Exception {
        startTcp(b -> b.responder(ServerTest::echoPath));
        SocketAddress taken = server.addresses().get(0);
        IOException failed = assertThrows(IOException.class, () -> launch(b -> b.listen("unix:" + socket())
                .listen(taken).responder(ServerTest::echoPath)));
        assertTrue(failed.getMessage().contains("127.0.0.1:" + ((InetSocketAddress) taken).getPort()),
                failed.getMessage());
        assertFalse(Files.exists(socket()));
    }

    @Test
    void aSocketThatTheProgramHasBoundIsAdopted() throws Exception {
        ServerSocketChannel tcp = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket()));
        launch(b -> b.listen(tcp).listen(unix).responder(ServerTest::echoPath));
        for (SocketAddress address : server.addresses()) {
            peer(address).request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        }
        assertTrue(server.shutdown(Duration.ofSeconds(5)));
        assertFalse(tcp.isOpen() || unix.isOpen());
        assertTrue(Files.exists(socket()), "the file is the program's");
    }

    @Test
    void aSocketThatIsNotBoundIsAnError() throws Exception {
        try (ServerSocketChannel unbound = ServerSocketChannel.open()) {
            assertThrows(BindException.class,
                    () -> launch(b -> b.listen(unbound).responder(ServerTest::echoPath)));
        }
    }

    /** A server that listens on only some addresses would look healthy, so it answers its requests and stops. */
    @Test
    void aServerThatCanAcceptNoMoreStops() throws Exception {
        ServerSocketChannel tcp = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        CountDownLatch goOn = gate();
        launch(b -> b.listen(tcp).listen("unix:" + socket()).responder(request -> {
            await(goOn);
            echoPath(request);
        }));
        FcgiServer served = server;
        CompletableFuture<IOException> ended = CompletableFuture.supplyAsync(
                () -> assertThrows(IOException.class, served::serve), Thread::startVirtualThread);
        ScriptedPeer peer = peer(server.addresses().get(1)).request(1, "/").send();
        until("it runs", () -> served.stats().requestsStarted() == 1);
        String address = "127.0.0.1:" + ((InetSocketAddress) tcp.getLocalAddress()).getPort();
        tcp.close();
        until("the server stops", () -> !Files.exists(socket()));
        assertFalse(ended.isDone());
        goOn.countDown();
        peer.expectAnswer(1, "\r\n/").expectClosed();
        assertEquals("no connections can be accepted at " + address + ": it was closed",
                ended.get(10, TimeUnit.SECONDS).getMessage());
        assertTrue(log.has(line -> line.contains("no connections can be accepted at " + address)));
    }

    @Test
    void everybodyMayConnectWithoutAList() throws Exception {
        startTcp(b -> b.responder(ServerTest::echoPath));
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
    }

    @Test
    void aPeerOnTheListMayConnect() throws Exception { // FastCGI 3.2
        launch(b -> b.listen("127.0.0.1:0").listen("[::1]:0").listen("unix:" + socket())
                .allowedPeers(new AllowedPeers("10.0.0.1, 127.0.0.1, ::1, unix")).responder(ServerTest::echoPath));
        for (SocketAddress address : server.addresses()) {
            peer(address).request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        }
    }

    @Test
    void aPeerNotOnTheListIsClosedImmediatelyWithoutAByte() throws Exception { // FastCGI 3.2, 3.2-two-connections
        launch(b -> b.listen("127.0.0.1:0").listen("[::1]:0").listen("unix:" + socket())
                .allowedPeers(new AllowedPeers("10.0.0.1")).responder(ServerTest::echoPath));
        for (SocketAddress address : server.addresses()) {
            peer(address).expectClosed();
        }
        until("they are gone", () -> server.stats().connections() == 0);
        until("refusals are logged",
                () -> log.lines().stream().filter(line -> line.contains("refused")).count() == 3);
    }

    @Test
    void refusalsWithoutEndAreAFewLinesAndACount() throws Exception {
        startTcp(b -> b.allowedPeers(new AllowedPeers("10.0.0.1")).responder(ServerTest::echoPath));
        for (int i = 0; i < 30; i++) {
            peer().expectClosed();
        }
        server.shutdown(Duration.ofSeconds(5));
        assertTrue(log.lines().stream().filter(line -> line.contains("refused")).count() <= 25, log.lines().toString());
        assertTrue(log.has(line -> line.matches(".* more in the last \\d+ s: connection of .* refused.*")),
                log.lines().toString());
    }

    @Test
    void aPredicateThatFailsRefusesAndAcceptingGoesOn() throws Exception { // one line in the log
        AtomicInteger asked = new AtomicInteger();
        start(b -> b.allowedPeers(peer -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("broken predicate");
            }
            return true;
        }).responder(ServerTest::echoPath));
        peer().expectClosed();
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        assertTrue(log.has(line -> line.contains("broken predicate")), log.lines().toString());
    }
}
