package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.internal.io.PeerUsers;
import dev.fcgi.internal.server.Options;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A server keeps the settings that it was built with. */
final class BuilderTest extends ServerTest {
    private static final Set<Class<?>> IMMUTABLE = Set.of(String.class, PeerUsers.class);

    @Test
    void whatIsSetAfterBuildDoesNotReachTheServer() throws Exception {
        FcgiServer.Builder[] used = new FcgiServer.Builder[1];
        start(builder -> {
            used[0] = builder;
            return builder.responder(request -> print(request, "first"));
        });
        used[0].responder(request -> print(request, "second")).allowedPeers(peer -> false).maxRequests(1)
                .executor(task -> { }).handlerTimeout(Duration.ofNanos(1)).maxParamsCount(1).listen(0);
        peer().request(1, 0, "/").expectAnswer(1, "first").expectClosed();
        assertEquals(1, server.addresses().size());
    }

    @Test
    void whatIsSetBetweenBuildAndStartDoesNotReachTheServer() throws Exception {
        FcgiServer.Builder builder = FcgiServer.builder().listen(0).responder(request -> print(request, "first"));
        try (FcgiServer built = builder.build()) {
            builder.listen(0).responder(request -> print(request, "second"));
            built.start();
            assertEquals(1, built.addresses().size());
            peer(built.addresses().get(0)).request(1, 0, "/").expectAnswer(1, "first").expectClosed();
        }
    }

    @Test
    void aBuilderBuildsAnotherServer() throws Exception {
        FcgiServer.Builder builder = FcgiServer.builder().listen(0).responder(request -> print(request, "first"));
        try (FcgiServer one = builder.build().start();
                FcgiServer other = builder.responder(request -> print(request, "second")).build().start()) {
            peer(one.addresses().get(0)).request(1, 0, "/").expectAnswer(1, "first").expectClosed();
            peer(other.addresses().get(0)).request(1, 0, "/").expectAnswer(1, "second").expectClosed();
        }
    }

    /** A copy is flat: a field that could change inside would be shared. */
    @Test
    void allOptionsAreValuesOrTheUsers() {
        for (Field field : Options.class.getFields()) {
            Class<?> type = field.getType();
            assertEquals(true, type.isPrimitive() || type.isEnum() || type.isInterface() || IMMUTABLE.contains(type)
                    || Modifier.isStatic(field.getModifiers()), field.toString());
        }
    }
}
