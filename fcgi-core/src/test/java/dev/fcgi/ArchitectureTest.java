package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package may use which, and what is exported: both are decisions. */
final class ArchitectureTest {
    /**
     * The layers from top to bottom; a public package and its internal one belong together. Packages of one layer do
     * not use each other.
     */
    private static final List<List<Set<String>>> LAYERS = List.of(
            List.of(Set.of("dev.fcgi.httpserver", "dev.fcgi.internal.gateway")),
            List.of(Set.of("dev.fcgi.cgi", "dev.fcgi.internal.cgi"), Set.of("dev.fcgi.client", "dev.fcgi.internal.client")),
            List.of(Set.of("dev.fcgi", "dev.fcgi.internal.server", "dev.fcgi.internal.ops", "dev.fcgi.internal.jfr")),
            List.of(Set.of("dev.fcgi.internal.conn")),
            List.of(Set.of("dev.fcgi.internal.wire"), Set.of("dev.fcgi.internal.io"), Set.of("dev.fcgi.internal.http")),
            List.of(Set.of("dev.fcgi.internal.text")));

    /**
     * Packages below the server may use the exceptions of the API and implement the parameters; everything else is
     * above them.
     */
    private static final Pattern FOR_ALL = Pattern.compile("dev\\.fcgi\\.(\\w+Exception|Params(\\$Pair)?)");

    /** Modules other than java.base, and the packages that may use them. */
    private static final Map<String, String> MODULES = Map.of("jdk.httpserver", "dev.fcgi.httpserver",
            "jdk.net", "dev.fcgi.internal.io", "jdk.jfr", "dev.fcgi.internal.jfr");

    /** A line of jdeps: {@code   class -> class   module}. */
    private static final Pattern EDGE = Pattern.compile("^ {3}(dev\\.fcgi\\S*) +-> (\\S+) +(.+?)\\s*$", Pattern.MULTILINE);

    private record Edge(String from, String to, String module) {
        boolean isOurs() {
            return to.startsWith("dev.fcgi");
        }

        private static String packageOf(String type) {
            return type.substring(0, type.lastIndexOf('.'));
        }

        private static String topLevel(String type) {
            return type.contains("$") ? type.substring(0, type.indexOf('$')) : type;
        }

        @Override
        public String toString() {
            return from + " -> " + to;
        }
    }

    private static Path classes() throws Exception {
        return Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** The classes that each class uses. */
    private static List<Edge> edges() throws Exception {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int status = ToolProvider.findFirst("jdeps").orElseThrow()
                .run(writer, writer, "--multi-release", "base", "--add-modules", "jdk.httpserver,jdk.jfr", "-verbose:class",
                        "-filter:none", classes().toString());
        assertEquals(0, status, output.toString());
        return EDGE.matcher(output.toString()).results()
                .map(line -> new Edge(line.group(1), line.group(2), line.group(3))).toList();
    }

    private static String expected(String name) throws IOException {
        try (InputStream in = ArchitectureTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
        }
    }

    @Test
    void aLayerUsesThoseBelowIt() throws Exception {
        List<String> forbidden = new ArrayList<>();
        for (Edge edge : edges()) {
            String from = Edge.packageOf(edge.from);
            String to = Edge.packageOf(edge.to);
            boolean allowed = edge.isOurs()
                    ? layer(from) < layer(to) || room(from).equals(room(to)) || FOR_ALL.matcher(edge.to).matches()
                    : edge.module.equals("java.base") || from.equals(MODULES.get(edge.module));
            if (!allowed) {
                forbidden.add(edge.toString());
            }
        }
        assertEquals(List.of(), forbidden);
    }

    private static Set<String> room(String name) {
        return LAYERS.stream().flatMap(List::stream).filter(room -> room.contains(name)).findFirst().orElseThrow();
    }

    private static int layer(String name) {
        return IntStream.range(0, LAYERS.size()).filter(i -> LAYERS.get(i).contains(room(name))).findFirst().orElseThrow();
    }

    /** Classes in a cycle are one class in several files, unless they are a pair. */
    @Test
    void noMoreThanTwoClassesOfAPackageUseEachOther() throws Exception {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (Edge edge : edges()) {
            String from = Edge.topLevel(edge.from);
            String to = Edge.topLevel(edge.to);
            if (from.startsWith("dev.fcgi.internal.") && Edge.packageOf(from).equals(Edge.packageOf(to))) {
                uses.computeIfAbsent(from, unused -> new TreeSet<>()).add(to);
            }
        }
        Set<Set<String>> circles = new LinkedHashSet<>();
        for (String one : uses.keySet()) {
            Set<String> circle = reachable(one, uses);
            circle.removeIf(other -> !reachable(other, uses).contains(one));
            if (circle.size() > 2) {
                circles.add(circle);
            }
        }
        assertEquals(Set.of(), circles);
    }

    private static Set<String> reachable(String from, Map<String, Set<String>> uses) {
        Set<String> reached = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(uses.getOrDefault(from, Set.of()));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (reached.add(next)) {
                open.addAll(uses.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }

    /**
     * A logger is foreign code: calling one under a lock could block every thread. Lines are queued in a Log instead.
     */
    @Test
    void connectionsCallNoLogger() throws Exception {
        TreeSet<String> callers = new TreeSet<>();
        for (String name : List.of("server", "client", "conn", "wire")) {
            try (Stream<Path> files = Files.list(classes().resolve("dev/fcgi/internal/" + name))) {
                for (Path file : files.toList()) {
                    // in the type of a field or a method, because the name alone also occurs where only levels are used
                    if (Files.readString(file, StandardCharsets.ISO_8859_1).contains("Ljava/lang/System$Logger;")) {
                        callers.add(name + "/" + file.getFileName());
                    }
                }
            }
        }
        assertEquals(Set.of("conn/Log.class", "conn/LogThread$Voice.class"), callers);
    }

    @Test
    void theModuleIsAsDecided() throws Exception {
        try (InputStream in = Files.newInputStream(classes().resolve("module-info.class"))) {
            ModuleDescriptor module = ModuleDescriptor.read(in);
            TreeSet<String> lines = new TreeSet<>();
            module.exports().forEach(one -> lines.add("exports " + one.source()
                    + (one.isQualified() ? " to " + new TreeSet<>(one.targets()) : "")));
            module.requires().forEach(one -> lines.add("requires " + one.name()));
            module.opens().forEach(one -> lines.add("opens " + one.source()));
            module.uses().forEach(one -> lines.add("uses " + one));
            module.provides().forEach(one -> lines.add("provides " + one.service()));
            assertEquals(expected("module.txt"), module.name() + "\n" + String.join("\n", lines));
        }
    }
}
