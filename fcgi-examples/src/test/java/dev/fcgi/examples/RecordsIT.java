package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that nginx cannot send, as handmade records: two of the roles, and a large echo. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RecordsIT {
    @TempDir
    Path directory;

    @Test
    void authorizerAndFilter() throws Exception {
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, "unix:" + directory.resolve("s"));
                RawConnection connection = RawConnection.open(playground.address())) {
            connection.send(RawConnection.AUTHORIZER, true, RawConnection.environment("/auth", "user=alice"),
                    new byte[0], null);
            RawReply alice = connection.reply();
            assertTrue(alice.head().contains("Variable-AUTH_USER: alice"), alice.head());
            assertTrue(alice.head().contains("Status: 200"), alice.head());
            assertEquals("", alice.body());
            assertEquals(0, alice.protocolStatus());

            connection.send(RawConnection.AUTHORIZER, true, RawConnection.environment("/auth", "user=mallory"),
                    new byte[0], null);
            RawReply mallory = connection.reply();
            assertTrue(mallory.head().contains("Status: 403"), mallory.head());
            assertEquals("denied\n", mallory.body());

            byte[] stdin = Content.random(100_000);
            byte[] data = Content.random(300_000);
            Map<String, String> environment = RawConnection.environment("/filter", "");
            environment.put("CONTENT_LENGTH", Integer.toString(stdin.length));
            environment.put("FCGI_DATA_LENGTH", Integer.toString(data.length));
            environment.put("FCGI_DATA_LAST_MOD", "0");
            connection.send(RawConnection.FILTER, true, environment, stdin, data);
            assertEquals("stdin " + Content.sum(stdin) + "data " + Content.sum(data), connection.reply().body());
        }
    }

    @Test
    void aBodyIsEchoedWhileItIsBeingSent() throws Exception {
        byte[] body = Content.random(5_000_000); // much more than all buffers on the way
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, "unix:" + directory.resolve("s"));
                RawConnection connection = RawConnection.open(playground.address())) {
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    connection.send(RawConnection.RESPONDER, true, RawConnection.environment("/echo", ""), body, null);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            RawReply reply = connection.reply();
            sender.join();
            byte[] echo = Arrays.copyOfRange(reply.stdout(), reply.head().length() + 4, reply.stdout().length);
            assertArrayEquals(body, echo);
        }
    }
}
