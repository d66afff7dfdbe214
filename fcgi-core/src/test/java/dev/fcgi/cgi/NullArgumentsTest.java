package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A null argument is refused immediately, by name, unless null has a meaning. */
final class NullArgumentsTest {
    /** Arguments for which null means none, or is returned. */
    private static final Set<String> ALLOWED = Set.of("CgiRequest.meta 2 of 2", "Upload.of 3 of 4",
            "EventStream.send 1 of 3", "EventStream.send 3 of 3");

    /** One argument of one call. */
    private record Argument(Executable call, int index) {
        @Override
        public String toString() {
            return call.getDeclaringClass().getSimpleName() + '.' + call.getName() + ' ' + (index + 1) + " of "
                    + call.getParameterCount();
        }
    }

    private static List<Argument> arguments() {
        List<Argument> arguments = new ArrayList<>();
        for (Class<?> type : List.of(CgiExchange.class, CgiFast.class, CgiHandler.class, CgiOptions.Builder.class,
                Cookie.class, Cookie.Builder.class, EventStream.class, Router.Builder.class, Upload.class,
                CgiException.class)) {
            List<Executable> calls = new ArrayList<>(List.of(type.getConstructors()));
            Stream.of(type.getMethods())
                    .filter(method -> method.getDeclaringClass().getPackage() == type.getPackage())
                    .filter(method -> !method.isBridge() && !Modifier.isAbstract(method.getModifiers()))
                    .forEach(calls::add);
            for (Executable call : calls) {
                for (int i = 0; i < call.getParameterCount(); i++) {
                    Argument argument = new Argument(call, i);
                    if (!call.getParameterTypes()[i].isPrimitive() && !ALLOWED.contains(argument.toString())) {
                        arguments.add(argument);
                    }
                }
            }
        }
        return arguments;
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void isRefusedByName(Argument argument) throws Exception {
        Executable call = argument.call;
        Object[] values = Arrays.stream(call.getParameters()).map(NullArgumentsTest::sample).toArray();
        values[argument.index] = null;
        String outcome = outcome(call, values);
        assertTrue(outcome.matches("NullPointerException: [a-z][A-Za-z]*"), outcome);
    }

    private static String outcome(Executable call, Object[] values) throws Exception {
        try {
            if (call instanceof Method method) {
                method.invoke(Modifier.isStatic(method.getModifiers()) ? null : target(method), values);
            } else {
                ((Constructor<?>) call).newInstance(values);
            }
            return "nothing";
        } catch (InvocationTargetException e) {
            return e.getCause().getClass().getSimpleName() + ": " + e.getCause().getMessage();
        }
    }

    private static Object target(Method method) throws Exception {
        Class<?> type = method.getDeclaringClass();
        CgiHandler handler = q -> { };
        return Stream.of(exchange(), exchange().events(), handler, CgiOptions.builder(), Cookie.builder("n", "v"),
                Router.builder(), Upload.of("f", "n", null, new byte[0])).filter(type::isInstance).findFirst().get();
    }

    private static CgiExchange exchange() {
        return CgiExchange.of(StubRequest.of("GET", "/"), CgiOptions.DEFAULT);
    }

    private static Object sample(Parameter parameter) {
        Class<?> type = parameter.getType();
        for (Object sample : List.of("/name", 400, 400L, 0.5, true, StandardCharsets.UTF_8, Instant.EPOCH,
                Duration.ofDays(1), Path.of("/"), Cookie.of("n", "v"), CgiOptions.DEFAULT, Pattern.compile(""),
                Cookie.SameSite.LAX, new byte[0], StubRequest.of("GET", "/"), System.out, new String[0])) {
            if (type.isInstance(sample)) {
                return sample;
            }
        }
        if (type.isPrimitive()) {
            return type == boolean.class ? (Object) true : type == long.class ? (Object) 400L : (Object) 400;
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, args) -> null);
    }
}
