package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types what the README shows, unchanged, and checks what it promises. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReadmeIT {
    private static final Path DOCUMENTS = Installed.sources().resolve("docs");
    private static final Pattern CLASS = Pattern.compile("^(?:public )?class (\\w+)", Pattern.MULTILINE);

    @TempDir
    Path directory;

    private final DocPage readme = DocPage.of("README.md");

    private MatchResult find(String expression) {
        Matcher matcher = Pattern.compile(expression).matcher(readme.text());
        assertTrue(matcher.find(), expression);
        return matcher.toMatchResult();
    }

    @Test
    void theDependencyIsTheArtifactThatTheBuildMakes() {
        String version = find("<version>(.*)</version>").group(1);
        String name = "fcgi-core-" + version + ".jar";
        assertTrue(readme.snippet("<dependency>").contains("<groupId>dev.fcgi</groupId>\n  <artifactId>fcgi-core</artifactId>\n"));
        assertTrue(readme.snippet("implementation(").contains("dev.fcgi:fcgi-core:" + version + '"'));
        assertTrue(readme.command("java -cp").contains("~/.m2/repository/dev/fcgi/fcgi-core/" + version + '/' + name));
        String built = System.getProperty("java.class.path");
        assertTrue(built.contains(name), built);
    }

    /** The server and nginx of the same user. */
    @Test
    void aServerBehindNginxAsAnOrdinaryUser() throws Exception {
        Peer.require(Peer.NGINX, Peer.CURL, Peer.SETPRIV);
        NewUser user = NewUser.unprivileged(directory);
        serve(user);
        loops(user);
    }

    /** As root, nginx has workers of another user. */
    @Test
    void aServerBehindNginxAsRoot() throws Exception {
        Peer.require(Peer.NGINX, Peer.CURL, Peer.SETPRIV);
        serve(NewUser.in(directory));
    }

    private void serve(NewUser user) throws Exception {
        int port = Ports.free();
        Path socket = user.here.resolve("app.sock");
        SocketAddress address = UnixDomainSocketAddress.of(socket);
        user.write("App.java", readme.snippet("class App "));
        user.write("Greeter.java", readme.snippet("class Greeter "));
        user.write("nginx.conf", WebServer.replace(readme.snippet("fastcgi_pass"), "127.0.0.1:8080", "127.0.0.1:" + port));
        String java = readme.command("java -cp");
        String curl = WebServer.replace(readme.command("curl http"), "8080", "" + port);
        try (Daemon nginx = user.type(nginx(readme.command("/usr/sbin/nginx")), () -> Daemon.listens(port))) {
            try (Daemon app = user.type(java, () -> Daemon.listens(address))) {
                assertEquals(find("prints `([^`]*)`").group(1) + "\n", user.output(curl), nginx.log());
                app.stop();
                String version = find("<version>(.*)</version>").group(1);
                assertTrue(app.log().contains("; fcgi " + version + ", Java "), app.log());
                assertEquals("", Child.withoutLifeLines(app.log()));
                assertFalse(Files.exists(socket), "the shutdown hook has not run");
            }
            try (Daemon app = user.type(WebServer.replace(java, "App.java", "Greeter.java"),
                    () -> Daemon.listens(address))) {
                assertTrue(user.output(curl).startsWith("<form method=post action=/greet>"));
                assertEquals("hello Ada\n", user.output(curl + "greet -s -d name=Ada"));
                app.stop();
                assertEquals("", Child.withoutLifeLines(app.log()));
            }
        }
    }

    /** The accept loop, and the CGI program with its own commands. */
    private void loops(NewUser user) throws Exception {
        int port = Ports.free();
        SocketAddress address = UnixDomainSocketAddress.of(user.here.resolve("app.sock"));
        user.write("Loop.java", readme.snippet("class Loop "));
        user.write("Greet.java", readme.snippet("class Greet "));
        user.write("nginx.conf", WebServer.replace(readme.snippet("fastcgi_pass"), "127.0.0.1:8080", "127.0.0.1:" + port));
        String java = readme.command("java -cp");
        try (Daemon nginx = user.type(nginx(readme.command("/usr/sbin/nginx")), () -> Daemon.listens(port))) {
            try (Daemon app = user.type(WebServer.replace(java, "App.java", "Loop.java"),
                    () -> Daemon.listens(address))) {
                assertEquals("hello\n", user.output("curl -s http://127.0.0.1:" + port), nginx.log());
                app.stop();
                assertTrue(app.log().contains("app.sock: one request at a time, 4096 may wait (maxRequests), "), app.log());
                assertEquals("", Child.withoutLifeLines(app.log()));
                assertFalse(Files.exists(user.here.resolve("app.sock")), "the shutdown hook has not run");
            }
            String byHand = user.output(WebServer.replace(java, "App.java", find("with `(Greet.java [^`]*)`").group(1)));
            assertTrue(byHand.endsWith("\r\n\r\nhello Ada\n"), byHand);
            try (Daemon app = user.type("env " + readme.command("FCGI_SOCKET_PATH="), () -> Daemon.listens(address))) {
                assertEquals("hello Ada\n", user.output(
                        WebServer.replace(readme.command("curl '"), "8080", "" + port)), nginx.log());
                app.stop();
                assertEquals("", Child.withoutLifeLines(app.log()));
            }
        }
    }

    /** {@return a command of a page, for an nginx that may be elsewhere on this machine} */
    static String nginx(String command) {
        return WebServer.replace(command, "/usr/sbin/nginx", Peer.NGINX.path());
    }

    @Test
    void everyProgramCompilesInAModuleOfItsOwn() throws Exception {
        List<String> programs = readme.blocks().stream().filter(block -> block.language().equals("java"))
                .map(DocPage.Block::text).toList();
        assertTrue(programs.contains(readme.snippet("class GreeterTest ")));
        Path classes = compile("everything", programs);
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
            String client = readme.snippet("class Client ");
            client = WebServer.replace(client, "unix:/run/php/php-fpm.sock", fpm.address());
            client = WebServer.replace(client, "/srv/www/index.php", script.toString());
            Path classes = compile("client", List.of(client));
            assertEquals("200\nhello from PHP", NewUser.in(directory).output(java(classes, "Client")));
        }
    }

    private static String java(Path classes, String program) throws Exception {
        return "java -cp " + classes + ':' + Installed.jar() + " app." + program;
    }

    /** With FcgiAcceptor.inherited(), and without a socket, it is a CGI program. */
    @Test
    void theAcceptLoopAsPlainCgi() throws Exception {
        String loop = WebServer.replace(readme.snippet("class Loop "), "FcgiAcceptor.open(\"unix:app.sock\")",
                find("`(FcgiAcceptor\\.inherited\\(\\))`").group(1));
        Path classes = compile("loop", List.of(loop));
        assertEquals("Content-Type: text/plain\r\n\r\nhello\n", NewUser.in(directory)
                .output("env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET SCRIPT_NAME=/ " + java(classes, "Loop")));
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
