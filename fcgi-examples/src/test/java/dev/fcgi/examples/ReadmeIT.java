package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what the README shows, unchanged, and checks what it promises. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReadmeIT {
    private static final Path DOCUMENTS = Path.of(System.getProperty("fcgi.docs"));
    private static final Pattern BLOCK = Pattern.compile("```(\\w+)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("^(?:public )?class (\\w+)", Pattern.MULTILINE);

    @TempDir
    Path directory;

    private String readme;
    /** The reader's home directory, after {@code ./mvnw install}. */
    private Path home;

    @BeforeEach
    void install() throws Exception {
        readme = Files.readString(DOCUMENTS.resolveSibling("README.md"));
        Daemon.open(directory);
        home = directory.resolve("home");
        Path jar = home.resolve(find("java -cp ~/(\\S+\\.jar) ").group(1));
        Daemon.open(jar.getParent());
        Files.copy(Installed.jar(), jar);
    }

    private MatchResult find(String expression) {
        Matcher matcher = Pattern.compile(expression).matcher(readme);
        assertTrue(matcher.find(), expression);
        return matcher.toMatchResult();
    }

    private List<String> blocks(String language) {
        return BLOCK.matcher(readme).results().filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2)).toList();
    }

    private String block(String language, String part) {
        List<String> found = blocks(language).stream().filter(block -> block.contains(part)).toList();
        assertEquals(1, found.size(), part);
        return found.get(0);
    }

    @Test
    void theDependencyIsTheArtifactThatTheBuildMakes() {
        String xml = block("xml", "<dependency>");
        String version = find("<version>(.*)</version>").group(1);
        String path = "dev/fcgi/fcgi-core/" + version + "/fcgi-core-" + version + ".jar";
        assertTrue(xml.contains("<groupId>dev.fcgi</groupId>\n  <artifactId>fcgi-core</artifactId>\n"), xml);
        assertTrue(readme.contains("dev.fcgi:fcgi-core:" + version));
        assertTrue(readme.contains("~/.m2/repository/" + path));
        String built = System.getProperty("java.class.path");
        assertTrue(built.contains("fcgi-core-" + version + ".jar"), built);
    }

    /** The server and nginx of the same user. */
    @Test
    void aServerBehindNginxAsAnOrdinaryUser() throws Exception {
        Peer.require(Peer.NGINX, Peer.CURL);
        if (System.getProperty("user.name").equals("root")) {
            Peer.require(Peer.SETPRIV);
            serve(List.of(Peer.SETPRIV.path(), "--reuid", "65534", "--regid", "65534", "--clear-groups"));
        } else {
            serve(List.of());
        }
    }

    /** As root, nginx has workers of another user. */
    @Test
    void aServerBehindNginxAsRoot() throws Exception {
        Peer.require(Peer.NGINX, Peer.CURL, Peer.SETPRIV);
        serve(List.of());
    }

    private void serve(List<String> as) throws Exception {
        int port = Ports.free();
        Path here = Daemon.open(directory.resolve("here"));
        Path socket = here.resolve("app.sock");
        SocketAddress address = UnixDomainSocketAddress.of(socket);
        Files.writeString(here.resolve("App.java"), block("java", "class App "));
        Files.writeString(here.resolve("nginx.conf"),
                WebServer.replace(block("nginx", "fastcgi_pass"), "127.0.0.1:8080", "127.0.0.1:" + port));
        try (Daemon app = type(as, here, find(" {4}(java -cp .*)").group(1), () -> Daemon.listens(address))) {
            try (Daemon nginx = type(as, here, find(" {4}(nginx .*)").group(1), () -> Daemon.listens(port));
                    Child curl = child(as, here, find(" {4}(curl .*)").group(1).replace("8080", "" + port))) {
                assertEquals(0, curl.exitStatus(), nginx.log());
                assertEquals(find("prints `([^`]*)`").group(1) + "\n", curl.stdout(), nginx.log());
            }
            app.stop();
            String version = find("<version>(.*)</version>").group(1);
            assertTrue(app.log().contains("; fcgi " + version + ", Java "), app.log());
            assertEquals("", Child.withoutLifeLines(app.log()));
            assertFalse(Files.exists(socket), "the shutdown hook has not run");
        }
    }

    private Daemon type(List<String> as, Path here, String command, Callable<Boolean> serves) throws Exception {
        return Daemon.start(directory, environment(), here.resolve("none"), serves, words(as, here, command));
    }

    private Child child(List<String> as, Path here, String command) throws IOException {
        return Child.start(directory, environment(), words(as, here, command));
    }

    private Map<String, String> environment() {
        return Map.of("HOME", home.toString(), "PATH",
                Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH") + ":/usr/sbin");
    }

    private static String[] words(List<String> as, Path here, String command) {
        return Stream.concat(as.stream(), Stream.of("/bin/sh", "-c", "cd \"$0\" && exec " + command, here.toString()))
                .toArray(String[]::new);
    }

    @Test
    void everyProgramCompilesInAModuleOfItsOwn() throws Exception {
        Path classes = compile("everything", blocks("java"));
        Path test = classes.resolve("app/GreeterTest.class");
        assertTrue(Files.exists(test), test::toString);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Class<?> type = loader.loadClass("app.GreeterTest");
            Method method = type.getDeclaredMethod("greetsByName");
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            method.setAccessible(true);
            method.invoke(constructor.newInstance());
        }
    }

    @Test
    void theClientCallsPhpFpm() throws Exception {
        Peer.require(Peer.PHP_FPM);
        Path script = Files.writeString(directory.resolve("index.php"), "<?php echo 'hello from PHP';\n");
        Path php = Files.createDirectory(directory.resolve("php"));
        try (PhpFpm fpm = PhpFpm.start(php)) {
            String client = block("java", "FcgiClient.to(");
            client = WebServer.replace(client, "unix:/run/php/php-fpm.sock", fpm.address());
            client = WebServer.replace(client, "/srv/www/index.php", script.toString());
            Path classes = compile("client", List.of(client));
            try (Child java = Child.start(directory, environment(), "/bin/sh", "-c",
                    "exec java -cp \"$0:$1\" app.Snippet0", classes.toString(), Installed.jar().toString())) {
                assertEquals(0, java.exitStatus(), java.stderr());
                assertEquals("200\nhello from PHP", java.stdout());
            }
        }
    }

    /** Compiles programs as the module of a user; what is not a class becomes the body of a main method. */
    private Path compile(String name, List<String> programs) throws Exception {
        Path sources = Files.createDirectories(directory.resolve(name).resolve("src"));
        Path classes = directory.resolve(name).resolve("classes");
        List<String> arguments = new ArrayList<>(List.of("--release", "21", "-Xlint:all", "-Werror", "-d",
                classes.toString(), "--module-path", Installed.jar() + ":" + junit()));
        arguments.add(Files.writeString(sources.resolve("module-info.java"), """
                module app {
                    requires dev.fcgi;
                    requires org.junit.jupiter.api;
                }
                """).toString());
        for (int i = 0; i < programs.size(); i++) {
            Matcher type = CLASS.matcher(programs.get(i));
            boolean whole = type.find();
            String program = whole ? programs.get(i) : """
                    import dev.fcgi.*;
                    import dev.fcgi.cgi.*;
                    import dev.fcgi.client.*;
                    import java.io.*;
                    class Snippet%d {
                        public static void main(String[] args) throws Exception {
                    %s    }
                    }
                    """.formatted(i, programs.get(i));
            Path source = sources.resolve((whole ? type.group(1) : "Snippet" + i) + ".java");
            arguments.add(Files.writeString(source, "package app;\n" + program).toString());
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)),
                "see what the compiler has printed");
        return classes;
    }

    private static String junit() {
        return String.join(":", Stream.of(System.getProperty("java.class.path").split(":"))
                .filter(path -> path.matches(".*/(junit-jupiter-api|junit-platform-commons|opentest4j|apiguardian-api"
                        + "|jspecify)-[^/]*\\.jar")).toList());
    }

    /** docs/command-line.md: a page of the playground, with a named path. */
    @Test
    void thePlaygroundInABrowser() throws Exception {
        String document = Files.readString(DOCUMENTS.resolve("command-line.md"));
        Matcher page = Pattern.compile("Then http://127.0.0.1:8080(/\\S+) says `([^`]*)`").matcher(document);
        assertTrue(page.find() && document.contains("bin/playground unix:/tmp/playground.sock\n")
                && document.contains("bin/fcgi front unix:/tmp/playground.sock --listen 127.0.0.1:8080\n"));
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address);
                Child front = Child.start(directory, Map.of(), Image.program("fcgi"), "front", address, "--listen",
                        "127.0.0.1:0")) {
            front.awaitOutput(" -> ");
            URI uri = URI.create(front.stdout().split(" ")[0]).resolve(page.group(1));
            try (InputStream body = uri.toURL().openStream()) {
                assertEquals(page.group(2) + "\n", new String(body.readAllBytes()));
            }
            assertEquals(0, playground.stop());
        }
    }
}
