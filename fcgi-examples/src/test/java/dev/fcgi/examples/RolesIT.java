package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The roles that nginx cannot ask for, in records made by hand. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RolesIT {
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
}
