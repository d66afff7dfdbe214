package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand requests at once over two connections to our own server. */
final class ManyCallsTest {
    private static final int CALLS = 1000;

    @TempDir
    Path directory;

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(sha().digest(bytes));
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Says the hash of the body in the head, then answers as many bytes as asked for. */
    private static void respond(Request request) throws IOException {
        DigestInputStream in = new DigestInputStream(request.stdin(), sha());
        in.transferTo(OutputStream.nullOutputStream());
        int seed = Integer.parseInt(request.meta("SEED"));
        int length = Integer.parseInt(request.meta("LENGTH"));
        String head = "X-Body: " + HexFormat.of().formatHex(in.getMessageDigest().digest()) + "\r\nContent-Length: "
                + length + "\r\n\r\n";
        request.stdout().write(head.getBytes());
        request.stdout().write(bytes(seed, length));
    }

    private static Void call(FcgiClient client, int number) throws IOException {
        int length = number % 100 == 0 ? 1_000_000 : number % 10 == 0 ? 70_000 : number;
        byte[] body = bytes(-number, number % 50 == 0 ? 500_000 : 3 * number);
        ClientRequest.Builder builder = ClientRequest.responder().params(CgiParams.of("POST", "/"))
                .param("SEED", Integer.toString(number)).param("LENGTH", Integer.toString(length));
        if (number % 2 == 0) {
            builder.body(body);
        } else {
            builder.body(new ByteArrayInputStream(body), body.length);
        }
        try (ClientResponse response = client.send(builder.build());
                InputStream in = response.body();
                DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha())) {
            assertEquals(hash(body), response.head().header("X-Body"));
            in.transferTo(out);
            assertEquals(hash(bytes(number, length)), HexFormat.of().formatHex(out.getMessageDigest().digest()));
        }
        return null;
    }

    @Test
    void overTwoConnections() throws Exception {
        try (FcgiServer server = FcgiServer.builder().listen("unix:" + directory.resolve("s"))
                        .maxRequestsPerConnection(CALLS).responder(ManyCallsTest::respond).build().start();
                FcgiClient client = FcgiClient.builder().address(server.addresses().get(0)).maxConnections(2)
                        .multiplex(true).maxRequestsPerConnection(CALLS).build()) {
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                int number = i;
                calls.add(ClientTest.async(() -> call(client, number)));
            }
            for (CompletableFuture<Void> one : calls) {
                one.get(40, TimeUnit.SECONDS);
            }
            assertEquals(CALLS, server.stats().requestsStarted());
            long carrying = server.stats().connectionsMultiplexed();
            assertTrue(carrying == 1 || carrying == 2, carrying + ": one when the second comes about late");
            assertEquals(0, server.stats().requestsAborted());
        }
    }
}
