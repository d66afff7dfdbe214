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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may use whom, and what others may use: both are decisions, so both are checked in. */
final class ArchitectureTest {
    /** A line of jdeps: {@code   package -> package   module}. */
    private static final Pattern EDGE =
            Pattern.compile("^ {3}(dev\\.fcgi\\S*) +-> (\\S+) +(.+?)\\s*$", Pattern.MULTILINE);

    private static Path classes() throws Exception {
        return Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static String expected(String name) throws IOException {
        try (InputStream in = ArchitectureTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
        }
    }

    @Test
    void packagesUseEachOtherAsDecided() throws Exception {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int status = ToolProvider.findFirst("jdeps").orElseThrow()
                .run(writer, writer, "--multi-release", "base", "--add-modules", "jdk.httpserver", "-verbose:package",
                        classes().toString());
        assertEquals(0, status, output.toString());
        TreeSet<String> edges = new TreeSet<>();
        for (Matcher line = EDGE.matcher(output.toString()); line.find(); ) {
            boolean ours = line.group(2).startsWith("dev.fcgi");
            edges.add(line.group(1) + " -> " + line.group(ours ? 2 : 3)); // of others, the module matters
        }
        assertEquals(expected("package-edges.txt"), String.join("\n", edges));
    }

    /** A logger is code of others: who calls one under a lock stops everybody. Lines are left at a Log instead. */
    @Test
    void connectionsCallNoLogger() throws Exception {
        TreeSet<String> callers = new TreeSet<>();
        for (String name : List.of("server", "client", "conn", "wire")) {
            try (Stream<Path> files = Files.list(classes().resolve("dev/fcgi/internal/" + name))) {
                for (Path file : files.toList()) {
                    // in the type of a field or a method; the name alone is also there where only levels are used
                    if (Files.readString(file, StandardCharsets.ISO_8859_1).contains("Ljava/lang/System$Logger;")) {
                        callers.add(name + "/" + file.getFileName());
                    }
                }
            }
        }
        assertEquals(Set.of("conn/Log.class", "conn/Log$Line.class"), callers);
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
