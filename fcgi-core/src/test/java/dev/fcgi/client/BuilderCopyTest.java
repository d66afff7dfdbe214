package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import dev.fcgi.internal.client.ClientOptions;
import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes to a builder do not affect the clients that it has built. */
final class BuilderCopyTest extends ClientTest {
    @Test
    void aClientKeepsTheSettingsItWasBuiltWith() throws Exception {
        serve(ScriptedServer::echo);
        FcgiClient.Builder builder = FcgiClient.builder().address(server.address());
        clientOf(unused -> builder);
        builder.address("unix:" + directory.resolve("missing")).keepAlive(false).maxHeadLength(1);
        for (int i = 0; i < 4; i++) {
            assertEquals("/" + i, call("/" + i));
        }
        assertEquals(List.of(1, 1, 1, 1), server.asked().stream().map(ScriptedServer.Asked::connection).toList());
        assertEquals(List.of(1, 1, 1, 1), server.asked().stream().map(ScriptedServer.Asked::flags).toList());
    }

    /** A new setting is copied, too. */
    @Test
    void everySettingIsCopied() throws Exception {
        ClientOptions options = new ClientOptions();
        options.addresses.add(java.net.UnixDomainSocketAddress.of("a"));
        for (Field field : ClientOptions.class.getFields()) {
            if (field.getType() == int.class) {
                field.setInt(options, field.getInt(options) + 1);
            } else if (field.getType() == long.class) {
                field.setLong(options, field.getLong(options) - 1);
            } else if (field.getType() == boolean.class) {
                field.setBoolean(options, !field.getBoolean(options));
            }
        }
        options.network = null;
        options.threads = null;
        options.clock = null;
        ClientOptions copy = options.copy();
        for (Field field : ClientOptions.class.getFields()) {
            assertEquals(field.get(options), field.get(copy), field.getName());
        }
        assertNotSame(options.addresses, copy.addresses);
        assertNotEquals(new ClientOptions().keepAliveTimeout, copy.keepAliveTimeout);
    }
}
