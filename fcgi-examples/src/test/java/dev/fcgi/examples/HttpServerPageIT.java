package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/httpserver.md shows, typed by a user without rights, behind an nginx of the same user. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HttpServerPageIT {
    @TempDir
    Path directory;

    private final DocPage page = DocPage.of("docs/httpserver.md");
    private NewUser user;

    @BeforeEach
    void prepare() throws IOException {
        user = NewUser.unprivileged(directory);
    }

    @Test
    void aProgramInFiveLines() throws Exception {
        Path sources = Files.createDirectories(user.here.resolve("app"));
        Files.writeString(sources.resolve("Main.java"), """
                package app;

                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;

                public class Main {
                    public static void main(String[] args) throws Exception {
                        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
                        server.createContext("/", exchange -> {
                            byte[] body = ("hello " + exchange.getRequestURI() + "\\n").getBytes();
                            exchange.sendResponseHeaders(200, body.length);
                            exchange.getResponseBody().write(body);
                        });
                        server.start();
                    }
                }
                """);
        NewUser builder = NewUser.in(directory);
        builder.output("javac app/Main.java");
        builder.output("jar --create --file app.jar app");
        assertEquals("hello /some/where?a=b\n", page(page.command("java -cp"), "app.sock", "/some/where?a=b"));
    }

    @Test
    void jwebserver() throws Exception {
        Files.createDirectory(user.here.resolve("listed"));
        String listing = page(page.command("java -p"), "files.sock", "/");
        assertTrue(listing.contains("<a href=\"listed/\">"), listing);
    }

    /** {@return a page of a program with that socket behind nginx} */
    private String page(String program, String socket, String path) throws Exception {
        Peer.require(Peer.NGINX);
        int port = Ports.free();
        DocPage readme = DocPage.of("README.md");
        String snippet = WebServer.replace(WebServer.replace(page.snippet("fastcgi_pass"), "app.sock", socket),
                "include ", "include /etc/nginx/"); // where nginx of the system has its configuration
        String configuration = WebServer.replace(readme.snippet("fastcgi_pass"), "127.0.0.1:8080", "127.0.0.1:" + port);
        user.write("nginx.conf", WebServer.replace(WebServer.replace(configuration,
                "            include /etc/nginx/fastcgi_params;\n", ""), "fastcgi_pass unix:app.sock;", snippet));
        SocketAddress address = UnixDomainSocketAddress.of(user.here.resolve(socket));
        try (Daemon app = user.type(program, () -> Daemon.listens(address));
                Daemon nginx = user.type(ReadmeIT.nginx(readme.command("/usr/sbin/nginx")), () -> Daemon.listens(port));
                InputStream body = URI.create("http://127.0.0.1:" + port + path).toURL().openStream()) {
            String text = new String(body.readAllBytes());
            assertFalse(text.isEmpty(), app.log() + nginx.log());
            return text;
        }
    }
}
