package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users and groups on Unix sockets; PeerUsersIT has a second user. */
final class PeerRuleTest extends ServerTest {
    private static PosixFileAttributes self() throws IOException {
        return Files.readAttributes(Path.of("/proc/self"), PosixFileAttributes.class);
    }

    private static String user() throws IOException {
        return self().owner().getName();
    }

    private static String group() throws IOException {
        return self().group().getName();
    }

    private static Object uid() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private void serve(PeerRule rule) throws IOException {
        start(b -> b.allowedPeers(rule).responder(ServerTest::echoPath));
    }

    @Test
    void aHandlerSeesTheUserAndTheGroupOfThePeer() throws Exception {
        serve(request -> print(request, "\r\n" + request.peerUser() + ' ' + request.peerGroup()));
        peer().request(1, 0, "/").expectAnswer(1, "\r\n" + user() + ' ' + group()).expectClosed();
    }

    @Test
    void aPeerOnTcpHasNoUser() throws Exception {
        startTcp(b -> b.responder(request -> print(request, "\r\n" + request.peerUser() + request.peerGroup())));
        peer().request(1, 0, "/").expectAnswer(1, "\r\nnullnull").expectClosed();
    }

    @Test
    void aUserOfTheListMayConnect() throws Exception {
        serve(PeerRule.users("nobody, " + user()));
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
    }

    @Test
    void aUserMayBeANumber() throws Exception {
        serve(PeerRule.users("" + uid()));
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
    }

    @Test
    void soMayAGroup() throws Exception {
        serve(PeerRule.users("@" + group()));
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
    }

    /** Root has most files in its hands, but is no web server. */
    @ParameterizedTest
    @ValueSource(strings = {"4294967", "@4294967", "4294967,@4294968"})
    void everybodyElseIsClosedAtOnceWithoutAByte(String list) throws Exception {
        serve(PeerRule.users(list));
        peer().expectClosed();
        until("the line is there", () -> log.has(line -> line.contains("refused: user ")));
        String line = log.lines().stream().filter(one -> one.contains("refused")).findFirst().orElseThrow();
        assertTrue(line.endsWith("refused: user " + user() + ", group " + group() + ", not in PeerRule.users=" + list),
                line);
        assertEquals(0, server.stats().connectionsAccepted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-user-here", "@no-such-group-here"})
    void whoDoesNotExistIsAnErrorAtTheStart(String list) throws Exception {
        IOException e = assertThrows(IOException.class, () -> serve(PeerRule.users(user() + "," + list)));
        assertTrue(e.getMessage().contains("there is no ") && e.getMessage().contains(list.replace("@", "")),
                e.getMessage());
        assertFalse(Files.exists(directory.resolve("s0")), "the socket is gone again");
    }

    @Test
    void tcpWithoutARuleOfItsOwnIsAnErrorAtTheStart() throws Exception {
        PeerRule rule = PeerRule.users(user());
        IOException e = assertThrows(IOException.class,
                () -> startTcp(b -> b.allowedPeers(rule).responder(ServerTest::echoPath)));
        assertTrue(e.getMessage().contains("cannot be enforced at 127.0.0.1:"), e.getMessage());
        assertThrows(IOException.class, () -> FcgiAcceptor.builder().listen(0).allowedPeers(rule).open().close());
    }

    @Test
    void eachKindOfSocketHasItsRule() throws Exception {
        PeerRule rule = PeerRule.users(user()).addresses("10.0.0.1");
        launch(b -> b.listen("unix:" + directory.resolve("both")).listen(0).allowedPeers(rule)
                .responder(ServerTest::echoPath));
        peer(server.addresses().get(0)).request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        peer(server.addresses().get(1)).expectClosed();
        assertTrue(rule.test(new InetSocketAddress("10.0.0.1", 1)));
        assertFalse(rule.test(UnixDomainSocketAddress.of("x")), "a rule that is part of another does not know users");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,,b", "@", "a, "})
    void anEmptyEntryIsRefused(String list) {
        assertThrows(IllegalArgumentException.class, () -> PeerRule.users(list));
    }

    @Test
    void aTestWithoutAWebServerHasNoPeer() throws Exception {
        assertNull(OfflineRequest.get("/").respond(request -> assertNull(request.peerUser())).failure());
    }
}
