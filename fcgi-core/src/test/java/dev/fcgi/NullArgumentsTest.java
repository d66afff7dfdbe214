package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.cgi.Cookie;
import dev.fcgi.cgi.EventStream;
import dev.fcgi.cgi.Router;
import dev.fcgi.cgi.Upload;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientListener;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientStats;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.httpserver.FcgiGateway;
import dev.fcgi.httpserver.FcgiHttpServer;
import dev.fcgi.httpserver.FcgiHttpServerProvider;
import dev.fcgi.httpserver.GatewayExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every public method immediately names an argument that is null, except a few that accept null. */
final class NullArgumentsTest {
    private static final List<String> PACKAGES = List.of("", "cgi/", "client/", "httpserver/");

    /** Arguments that may be null, as the Javadoc says. */
    private static final Set<String> ALLOWED = Set.of(
            // what is returned when there is nothing
            "Request.meta(otherwise)", "Params.get(otherwise)", "CgiRequest.meta(otherwise)",
            // an event need not have them
            "EventStream.send(type)", "EventStream.send(id)",
            // a part of a form need not have one
            "Upload.of(contentType)",
            // as with the exceptions of the JDK
            "FcgiException.FcgiException(message)", "FcgiException.FcgiException(cause)",
            "FcgiProtocolException.FcgiProtocolException(message)",
            "RequestAbortedException.RequestAbortedException(cause)",
            "ResponseLostException.ResponseLostException(message)", "ResponseLostException.ResponseLostException(cause)",
            // as with the JDK's: not yet bound, one at a time
            "FcgiHttpServerProvider.createHttpServer(address)", "FcgiHttpServerProvider.createHttpsServer(address)",
            "FcgiHttpServer.setExecutor(executor)",
            // a number that the specification does not define
            "EndRequest.EndRequest(protocolStatus)", "RequestRefusedException.RequestRefusedException(protocolStatus)");

    private final Map<Class<?>, Object> receivers = new HashMap<>();
    private final Set<String> wrong = new TreeSet<>();
    private final Set<String> notRefused = new TreeSet<>();

    @Test
    void aNullArgumentIsNamed() throws Exception {
        addReceivers();
        assertNull(OfflineRequest.builder("POST", "/").field("a", "b").build().respond(request -> {
            CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT);
            receivers.put(Request.class, request);
            receivers.put(q.getClass(), q);
            receivers.put(q.getClass().getSuperclass(), q);
            EventStream events = CgiExchange.of(request, CgiOptions.DEFAULT).events();
            receivers.put(EventStream.class, events);
            for (Class<?> type : exported()) {
                check(type);
            }
        }).failure());
        assertEquals("", String.join("\n", wrong));
        assertEquals(new TreeSet<>(ALLOWED), notRefused);
    }

    private void addReceivers() throws Exception {
        FcgiClient client = FcgiClient.to("127.0.0.1:1");
        Stream.of(FcgiServer.builder(), FcgiServer.builder().listen(0).responder(request -> { }).build(),
                FcgiAcceptor.builder(), OfflineRequest.get("/"), OfflineRequest.builder("GET", "/"),
                OfflineRequest.get("/").respond(request -> ServerTest.print(request, "")),
                CgiHead.read(new ByteArrayInputStream("\r\n\r\n".getBytes()), 100, StandardCharsets.UTF_8),
                PeerRule.users("x"), AccessLog.builder(), AccessLog.builder().to(System.getLogger("x")),
                StatusPage.of("x"), CgiOptions.builder(), Cookie.builder("a", "b"), Router.builder(),
                Router.builder().otherwise(q -> { }).build(), Upload.of("a", "b", "c/d", new byte[1]),
                client, FcgiClient.builder(), ClientRequest.responder(),
                CgiParams.of("GET", "/"), CgiParams.builder("GET", "/"), FcgiGateway.builder(client),
                FcgiHttpServer.create(FcgiServer.builder().listen(0)), new FcgiHttpServerProvider())
                .forEach(receiver -> receivers.put(receiver.getClass(), receiver));
        receivers.put(FcgiAcceptor.class, FcgiAcceptor.open("127.0.0.1:0"));
        EventLog events = new EventLog();
        OfflineRequest.get("/").start(FcgiServer.builder().responder(request -> { }).listener(events), Role.RESPONDER)
                .response();
        receivers.put(RequestEvent.class, events.ended().get(0));
        receivers.put(ClientStats.class, client.stats());
        receivers.put(Params.class, Params.of(Map.of()));
        receivers.put(CgiHandler.class, (CgiHandler) q -> { });
        receivers.put(FcgiGateway.class, FcgiGateway.builder(client).documentRoot(Path.of("").toAbsolutePath())
                .scriptSuffixes(".x").build());
    }

    private static List<Class<?>> exported() throws Exception {
        URI root = FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        Set<Class<?>> types = new LinkedHashSet<>();
        for (String name : PACKAGES) {
            try (Stream<Path> files = Files.list(Path.of(root).resolve("dev/fcgi/" + name))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".class")).sorted().toList()) {
                    String simple = file.getFileName().toString().replace(".class", "");
                    if (Files.exists(source(name, simple.replaceFirst("\\$.*", "")))) {
                        types.add(Class.forName("dev.fcgi." + name.replace('/', '.') + simple, false,
                                FcgiServer.class.getClassLoader()));
                    }
                }
            }
        }
        types.removeIf(type -> !isPublic(type));
        return List.copyOf(types);
    }

    private static boolean isPublic(Class<?> type) {
        return type == null || Modifier.isPublic(type.getModifiers()) && !type.isSynthetic()
                && isPublic(type.getDeclaringClass());
    }

    private static Path source(String directory, String topLevel) {
        return Path.of("src/main/java/dev/fcgi", directory, topLevel + ".java");
    }

    private void check(Class<?> type) throws Exception {
        if (type.isEnum() || type.isAnnotation()) {
            return;
        }
        for (Constructor<?> constructor : type.getConstructors()) {
            check(constructor, constructor::newInstance);
        }
        for (Method method : type.getDeclaredMethods()) {
            boolean isListener = type == ServerListener.class || type == ClientListener.class; // of the user, and told by the library
            boolean isForUsers = type.isAnnotationPresent(FunctionalInterface.class) || type == GatewayExchange.class;
            boolean ofTheUser = isForUsers && Modifier.isAbstract(method.getModifiers());
            if (!Modifier.isPublic(method.getModifiers()) || method.isSynthetic() || ofTheUser || isListener
                    || method.getName().equals("equals")) {
                continue;
            }
            boolean isStatic = Modifier.isStatic(method.getModifiers());
            if (!isStatic && !receivers.containsKey(type) && Stream.of(method.getParameterTypes())
                    .anyMatch(parameter -> !parameter.isPrimitive())) {
                wrong.add("nothing to call " + type.getSimpleName() + '.' + method.getName() + " on");
                continue;
            }
            method.setAccessible(true);
            check(method, arguments -> method.invoke(receivers.get(type), arguments));
        }
    }

    private interface Call {
        Object with(Object[] arguments) throws Exception;
    }

    private void check(Executable called, Call call) throws Exception {
        Class<?>[] types = called.getParameterTypes();
        List<String> names = null;
        for (int i = 0; i < types.length; i++) {
            if (types[i].isPrimitive()) {
                continue;
            }
            names = names == null ? parameterNames(called) : names;
            Object[] arguments = new Object[types.length];
            for (int other = 0; other < types.length; other++) {
                arguments[other] = other == i ? null : sample(called, types[other]);
            }
            Class<?> type = called.getDeclaringClass();
            String what = type.getCanonicalName().substring(type.getPackageName().length() + 1) + '.'
                    + (called instanceof Method ? called.getName() : type.getSimpleName()) + '(' + names.get(i) + ')';
            try {
                call.with(arguments);
                notRefused.add(what);
                if (!ALLOWED.contains(what)) {
                    wrong.add(what + " takes null");
                }
            } catch (InvocationTargetException e) {
                Throwable thrown = e.getCause();
                if (!(thrown instanceof NullPointerException) || !names.get(i).equals(thrown.getMessage())) {
                    wrong.add(what + " throws " + thrown);
                }
            }
        }
    }

    /** Names from the source, because a class file need not have them. */
    private static List<String> parameterNames(Executable called) throws IOException {
        Class<?> type = called.getDeclaringClass();
        Class<?> top = type;
        while (top.getDeclaringClass() != null) {
            top = top.getDeclaringClass();
        }
        String directory = top.getPackageName().substring("dev.fcgi".length()).replaceFirst("^\\.", "");
        String text = Files.readString(source(directory, top.getSimpleName()));
        String name = called instanceof Method ? called.getName() : type.getSimpleName();
        Matcher heads = Pattern.compile("[\\w>\\]] " + name + "\\(([^(){};=]*)\\)").matcher(text);
        while (heads.find()) {
            String[] parameters = heads.group(1).replaceAll("<[^()]*?>+", "").split(",\\s*");
            List<String> types = Stream.of(parameters).map(each -> each.strip().replaceFirst(" \\w+$", "")
                    .replace("...", "[]").replaceFirst(".*\\.", "")).toList();
            if (types.equals(Arrays.stream(called.getParameterTypes()).map(Class::getSimpleName).toList())) {
                return Stream.of(parameters).map(each -> each.strip().replaceFirst(".* ", "")).toList();
            }
        }
        throw new AssertionError("not found in the source: " + called);
    }

    private static Object sample(Executable called, Class<?> type) {
        if (type == String.class) {
            return called.getDeclaringClass() == Router.Builder.class ? "/x" : "x";
        }
        Map<Class<?>, Object> values = Map.ofEntries(
                Map.entry(int.class, called.getName().equals("error") ? 404 : 302), Map.entry(long.class, 1L), Map.entry(boolean.class, true),
                Map.entry(Charset.class, StandardCharsets.UTF_8), Map.entry(Duration.class, Duration.ofSeconds(1)),
                Map.entry(Instant.class, Instant.EPOCH), Map.entry(Map.class, Map.of()), Map.entry(Set.class, Set.of()),
                Map.entry(InputStream.class, InputStream.nullInputStream()),
                Map.entry(OutputStream.class, OutputStream.nullOutputStream()),
                Map.entry(Path.class, Path.of("target")), Map.entry(SocketAddress.class, new InetSocketAddress(1)),
                Map.entry(Pattern.class, Pattern.compile("x")), Map.entry(Throwable.class, new IOException()),
                Map.entry(CgiOptions.class, CgiOptions.DEFAULT), Map.entry(FcgiServer.Builder.class,
                        FcgiServer.builder().responder(request -> { })));
        if (values.containsKey(type)) {
            return values.get(type);
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        if (type.isInterface()) { // not called: the other argument is null
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null);
        }
        throw new AssertionError("a sample of " + type + " for " + called);
    }
}
