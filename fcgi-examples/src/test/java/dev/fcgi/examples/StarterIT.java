package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of the project that users copy; {@link StarterDeploymentIT} copies it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StarterIT {
    private static final Path ROOT = Installed.sources();
    private static final Path STARTER = ROOT.resolve("fcgi-examples/starter");

    @TempDir
    Path directory;

    @Test
    void theVersionsAreThoseOfThisProject() throws Exception {
        Map<String, String> here = versions(ROOT.resolve("pom.xml"));
        Map<String, String> there = versions(STARTER.resolve("pom.xml"));
        assertEquals(here.get("fcgi-parent"), there.remove("fcgi-core"));
        there.remove("app"); // the user's own
        assertTrue(there.keySet().containsAll(List.of("junit-jupiter", "maven-compiler-plugin")), there.toString());
        there.forEach((artifact, version) -> assertEquals(here.get(artifact), version, artifact));
    }

    private static Map<String, String> versions(Path pom) throws Exception {
        String xml = Files.readString(pom);
        Map<String, String> versions = new HashMap<>();
        find("<(.*)\\.version>(.*)</", xml).forEach(one -> versions.put("${" + one.group(1) + ".version}", one.group(2)));
        find("<artifactId>(.*)</artifactId>\\s*<version>(.*)</version>", xml).forEach(one ->
                versions.put(one.group(1), versions.getOrDefault(one.group(2), one.group(2))));
        versions.keySet().removeIf(name -> name.startsWith("$"));
        return versions;
    }

    private static Stream<MatchResult> find(String expression, String text) {
        return Pattern.compile(expression).matcher(text).results();
    }

    @ParameterizedTest
    @CsvSource({
        "mvnw, mvnw",
        ".mvn/maven.config, .mvn/maven.config",
        ".mvn/wrapper/maven-wrapper.properties, .mvn/wrapper/maven-wrapper.properties",
        "deploy/app.socket, docs/systemd/app.socket",
        "deploy/app.service, docs/systemd/app.service"})
    void whatThisProjectHasAsWellIsTheSame(String there, String here) throws Exception {
        Path copy = STARTER.resolve(there);
        assertEquals(Files.readString(ROOT.resolve(here)), Files.readString(copy));
        assertEquals(Files.isExecutable(ROOT.resolve(here)), Files.isExecutable(copy));
    }

    /** Without Maven: there is no time for that in every build. */
    @Test
    void itCompilesAndItsTestsPass() throws Exception {
        Path classes = directory.resolve("classes");
        Path testClasses = directory.resolve("test-classes");
        String path = System.getProperty("java.class.path");
        compile(STARTER.resolve("src/main/java"), classes, "--module-path", Installed.jar().toString());
        compile(STARTER.resolve("src/test/java"), testClasses, "--class-path", classes + ":" + path);
        int tests = 0;
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL(), testClasses.toUri().toURL()})) {
            Class<?> type = loader.loadClass("com.example.app.PagesTest");
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Test.class)) {
                    var constructor = type.getDeclaredConstructor();
                    constructor.setAccessible(true);
                    method.setAccessible(true);
                    method.invoke(constructor.newInstance());
                    tests++;
                }
            }
        }
        assertTrue(tests > 3, tests + " tests");
    }

    private static void compile(Path sources, Path classes, String... path) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--release", "21", "-Xlint:all", "-Werror", "-proc:none", "-d",
                classes.toString()));
        arguments.addAll(List.of(path));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)),
                "see what the compiler has printed");
    }
}
