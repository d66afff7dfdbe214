package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.httpserver.FcgiGateway;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Beginners' mistakes: each has a clear message, or does what the Javadoc says. */
final class MisuseTest {
    /** Ports are not limits. */
    private static final Set<String> NO_LIMITS = Set.of("listen", "listenOnAllInterfaces");

    static Stream<Object> builders() {
        return Stream.of(FcgiServer.builder(), FcgiAcceptor.builder(), CgiOptions.builder(), FcgiClient.builder(),
                FcgiGateway.builder(FcgiClient.to("127.0.0.1:1")));
    }

    @ParameterizedTest
    @MethodSource("builders")
    void aLimitThatIsTooLowIsNamedWithItsBound(Object builder) throws Exception {
        for (Method setter : builder.getClass().getMethods()) {
            Class<?>[] types = setter.getParameterTypes();
            if (types.length != 1 || setter.getDeclaringClass() != builder.getClass()
                    || NO_LIMITS.contains(setter.getName())) {
                continue;
            }
            Object tooLow = types[0] == int.class ? (Object) Integer.MIN_VALUE
                    : types[0] == long.class ? Long.MIN_VALUE
                    : types[0] == Duration.class ? Duration.ofSeconds(-1) : null;
            if (tooLow != null) {
                Throwable thrown = assertThrows(InvocationTargetException.class,
                        () -> setter.invoke(builder, tooLow), setter.getName()).getCause();
                assertTrue(thrown.getMessage().matches(setter.getName() + " must be .*, was " + tooLow),
                        thrown.toString());
            }
        }
    }

    @Test
    void aProgramThatOnlyStartsAServerEnds() throws Exception {
        Process process = Fork.java(StartOnlyProgram.class, List.of("-XX:TieredStopAtLevel=1"))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start(); // it logs its start
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals("1", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aServerOrALoopWithoutAddressIsNotBuilt() {
        assertEquals("no address to listen on: call listen(...)", assertThrows(IllegalStateException.class,
                () -> FcgiServer.builder().responder(request -> { }).build()).getMessage());
        assertEquals("no address to listen on: call listen(...)", assertThrows(IllegalStateException.class,
                () -> FcgiAcceptor.builder().open()).getMessage());
        assertEquals("no handler: call responder(...), authorizer(...) or filter(...)", assertThrows(IllegalStateException.class,
                () -> FcgiServer.builder().listen(0).build()).getMessage());
    }
}
