package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what docs/httpserver.md shows, as it stands there, and sees what it promises. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HttpServerDocumentIT {
    private static final String PROGRAM = """
            package app;
            import com.sun.net.httpserver.HttpServer;
            import java.net.InetSocketAddress;
            public class Main {
                public static void main(String[] args) throws Exception {
                    HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
                    server.createContext("/", exchange -> {
                        exchange.sendResponseHeaders(200, 6);
                        exchange.getResponseBody().write("hello\\n".getBytes());
                        exchange.close();
                    });
                    server.start();
                }
            }
            """;

    @TempDir
    Path directory;

    private String document;
    private Path home;
    private Path here;

    @BeforeEach
    void install() throws Exception {
        document = Files.readString(Path.of(System.getProperty("fcgi.docs"), "httpserver.md"));
        Daemon.open(directory);
        home = Daemon.open(directory.resolve("home"));
        here = Daemon.open(directory.resolve("here"));
        Path jar = home.resolve(find("-cp ~/([^:\\s]+\\.jar):").substring("-cp ~/".length()).replaceFirst(":$", ""));
        Files.createDirectories(jar.getParent());
        Files.copy(core(), jar);
    }

    private static Path core() throws Exception {
        Path core = Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertTrue(Files.isRegularFile(core), "not the jar, but " + core + ": run verify on all modules");
        return core;
    }

    private String find(String expression) {
        Matcher matcher = Pattern.compile(expression, Pattern.DOTALL).matcher(document);
        assertTrue(matcher.find(), expression);
        return matcher.group();
    }

    /** {@return a command of the document, with its lines joined and its socket in the directory of the test} */
    private String command(String end) {
        String lines = find("(?m)^    java (?:[^\\n]*\\\\\\n)*[^\\n]*" + Pattern.quote(end) + "$");
        return lines.replaceAll("\\\\\\n", " ").replace("unix:/run/", "unix:" + directory + "/").strip();
    }

    /** Starts it and nginx with the two lines, and asks for a path. */
    private String ask(String command, String socket, String path) throws Exception {
        Peer.require(Peer.NGINX);
        String lines = find("include fastcgi_params;\\nfastcgi_pass unix:/run/app.sock;")
                .replace("include ", "include /etc/nginx/")
                .replace("unix:/run/app.sock", "unix:" + directory.resolve(socket));
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve(socket));
        Map<String, String> environment = Map.of("HOME", home.toString(), "PATH",
                Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH"));
        try (Daemon program = Daemon.start(directory, environment, here.resolve("none"),
                        () -> Daemon.listens(address), "/bin/sh", "-c", "cd \"$0\" && exec " + command,
                        here.toString());
                Nginx nginx = Nginx.start(directory, port -> "server { listen 127.0.0.1:" + port
                        + "; location / {\n" + lines + "\n} }");
                InputStream body = nginx.uri(path).toURL().openStream()) {
            assertTrue(program.descendants().isEmpty());
            return new String(body.readAllBytes());
        }
    }

    private Path compile(String name, String source) throws Exception {
        Path file = Files.writeString(directory.resolve(name + ".java"), source);
        Path classes = directory.resolve("classes");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "21", "-d",
                classes.toString(), "-cp", core().toString(), file.toString()), "see what the compiler has printed");
        return classes;
    }

    @Test
    void anExistingProgramInFiveLines() throws Exception {
        Path classes = compile("Main", PROGRAM);
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(here.resolve("app.jar")))) {
            jar.putNextEntry(new JarEntry("app/Main.class"));
            Files.copy(classes.resolve("app/Main.class"), jar);
        }
        assertEquals("hello\n", ask(command("app.Main"), "app.sock", "/"));
    }

    @Test
    void theWebServerOfTheJdk() throws Exception {
        Files.writeString(here.resolve("a.txt"), "content of a\n");
        assertEquals("content of a\n", ask(command("-m jdk.httpserver"), "files.sock", "/a.txt"));
    }

    @Test
    void aNewProgram() throws Exception {
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(document);
        assertTrue(block.find());
        Path classes = compile("New", """
                import com.sun.net.httpserver.*;
                import dev.fcgi.*;
                import dev.fcgi.httpserver.*;
                import java.util.concurrent.*;
                class New {
                    public static void main(String[] args) throws Exception {
                %s    }
                }
                """.formatted(block.group(1).replace("unix:/run/", "unix:" + directory + "/")));
        assertEquals("hello\n", ask("java -cp " + core() + ":" + classes + " New", "app.sock", "/"));
    }
}
