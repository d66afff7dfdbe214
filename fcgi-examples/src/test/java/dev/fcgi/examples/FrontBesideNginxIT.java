package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same requests to one PHP-FPM through fcgi front and through nginx. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FrontBesideNginxIT {
    private static final String SERVER = """
            server {
              listen 127.0.0.1:%d;
              root %s;
              index index.php;
              merge_slashes off;
              keepalive_requests 100000;
              location / { try_files $uri $uri/ =404; }
              location ~ [^/]\\.php(/|$) {
                fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
                set $path_info $fastcgi_path_info;
                try_files $fastcgi_script_name =404;
                fastcgi_param PATH_INFO $path_info;
                fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
                fastcgi_param SCRIPT_NAME $fastcgi_script_name;
                fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param REQUEST_URI $request_uri;
                fastcgi_param QUERY_STRING $query_string;
                fastcgi_param CONTENT_LENGTH $content_length;
                fastcgi_param SERVER_PROTOCOL $server_protocol;
                fastcgi_pass %s;
              }
            }
            """;
    private static final String GET = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    static Path directory;

    private static PhpFpm php;
    private static Nginx nginx;
    private static Child front;

    @BeforeAll
    static void start() throws Exception {
        if (!Peer.areThere(Peer.PHP_FPM, Peer.NGINX)) {
            return;
        }
        Path root = Files.createDirectories(directory.resolve("site/[a b]{x}|")).getParent();
        String script = Resource.copy("site/url.php", directory);
        Files.copy(Path.of(script), root.resolve("[a b]{x}|/\u00fc^.php"));
        Files.copy(Path.of(script), root.resolve("100%.php"));
        Files.copy(Path.of(script), root.resolve("index.php"));
        Files.writeString(root.resolve("[id].js"), "script");
        php = PhpFpm.start(directory);
        nginx = Nginx.start(directory, port -> SERVER.formatted(port, root, php.address()));
        front = Child.start(directory, Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
                Image.program("fcgi"), "front", php.address(), "--listen", "127.0.0.1:0", "--root", root.toString());
        front.awaitOutput(" -> ");
    }

    @AfterAll
    static void stop() {
        if (front != null) {
            front.close();
            nginx.close();
            php.close();
        }
    }

    @BeforeEach
    void requirePeers() {
        Peer.require(Peer.PHP_FPM, Peer.NGINX);
    }

    private static Socket toFront() throws Exception {
        return new Socket(InetAddress.getByName("127.0.0.1"), URI.create(front.stdout().split(" ")[0]).getPort());
    }

    private static HttpReply ask(Socket socket, String target) throws Exception {
        try (socket) {
            return HttpReply.exchange(socket, "GET " + target + " HTTP/1.0\nHost: localhost\n", new byte[0]);
        }
    }

    /** In place of {@code u} are the two bytes of a character in UTF-8. */
    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            /url.php?filter={"a":1}                    ~ 200 ~ 200
            /url.php?ids=1|2&x=^`<>[]\\                ~ 200 ~ 200
            /url.php?q=100%                            ~ 200 ~ 200
            /url.php?q=%zz&u=u                         ~ 200 ~ 200
            /url.php?                                  ~ 200 ~ 200
            /url.php??a=b?                             ~ 200 ~ 200
            /url.php?a=/../b                           ~ 200 ~ 200
            /url.php/files/[id]{x}|^.js?a              ~ 200 ~ 200
            /url.php/%7Ba%7D%7c%5B%20%25%22            ~ 200 ~ 200
            /url.php/u/%c3%bc                          ~ 200 ~ 200
            /url.php/a+b;c=d,e:f@g!$&'()*              ~ 200 ~ 200
            /url.php/"<`>                              ~ 200 ~ 200
            /url.php/                                  ~ 200 ~ 200
            /url.php/a//b/.hidden/                     ~ 200 ~ 200
            /url.php/x.php/y                           ~ 200 ~ 200
            /url.php/%3fa=b?c=d                        ~ 200 ~ 200
            /%75rl.php/x                               ~ 200 ~ 200
            /[a%20b]{x}|/u^.php/x                      ~ 200 ~ 200
            /%5Ba%20b%5D%7Bx%7D%7C/%c3%bc%5e.php?u     ~ 200 ~ 200
            /100%25.php                                ~ 200 ~ 200
            /[id].js                                   ~ 200 ~ 200
            /%5bid%5d.js?v=1                           ~ 200 ~ 200
            /?a={b}                                    ~ 200 ~ 200
            /[none].php                                ~ 404 ~ 404
            /100%.php                                  ~ 400 ~ 400
            /url.php/%zz                               ~ 400 ~ 400
            /url.php/%00                               ~ 400 ~ 400
            /../url.php                                ~ 400 ~ 400
            /url.php/\\                                ~ 200 ~ 400
            /url.php/a%2Fb                             ~ 200 ~ 400
            /url.php/%ff                               ~ 200 ~ 400
            /url.php/a/../b                            ~ 200 ~ 400
            /url.php#part                              ~ 200 ~ 400
            """)
    void urls(String target, int ofNginx, int ofFront) throws Exception {
        String sent = target.replace("u=u", "\u00c3\u00bc=\u00c3\u00bc").replace("/u/", "/\u00c3\u00bc/")
                .replace("u^", "\u00c3\u00bc^").replaceAll("[?]u$", "?\u00c3\u00bc");
        HttpReply other = ask(nginx.socket(), sent);
        HttpReply ours = ask(toFront(), sent);
        assertEquals(ofNginx, other.status(), other.text());
        assertEquals(ofFront, ours.status(), ours.text());
        if (ours.status() == 200) {
            assertEquals(new String(other.body(), StandardCharsets.ISO_8859_1),
                    new String(ours.body(), StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @CsvSource({"bytes=1-2,206", "bytes=-2,206", "bytes=3-,206", "bytes=0-0,206", "bytes=6-,416", "bytes=9-10,416",
        "bytes=x,200", "lines=1-2,200"})
    void rangesOfFiles(String range, int status) throws Exception {
        String head = "GET /[id].js HTTP/1.0\nHost: localhost\nRange: " + range + "\n";
        HttpReply other = HttpReply.exchange(nginx.socket(), head, new byte[0]);
        HttpReply ours = HttpReply.exchange(toFront(), head, new byte[0]);
        assertEquals(status, ours.status());
        if (other.status() == status) { // a malformed one is 416 to it
            assertEquals(other.header("Content-Range"), ours.header("Content-Range"));
        }
        if (status == 206) {
            assertEquals(other.status(), ours.status());
            assertEquals(other.text(), ours.text());
        }
    }

    @Test
    void aFileThatTheBrowserHas() throws Exception {
        String date = ask(toFront(), "/[id].js").header("Last-Modified");
        String head = "GET /[id].js HTTP/1.0\nHost: localhost\nIf-Modified-Since: " + date + "\n";
        for (Socket socket : new Socket[] {nginx.socket(), toFront()}) {
            HttpReply reply = HttpReply.exchange(socket, head, new byte[0]);
            assertEquals(304, reply.status());
            assertEquals(date, reply.header("Last-Modified"));
            assertEquals("", reply.text());
        }
    }

    @Test
    void aLongRequestLine() throws Exception {
        String query = "x".repeat(8192 - "GET /url.php? HTTP/1.0\r\n".length());
        HttpReply ours = ask(toFront(), "/url.php?" + query);
        assertTrue(ours.text().contains("\nQUERY_STRING=" + query + "\n"), ours.text());
        assertEquals(ask(nginx.socket(), "/url.php?" + query).text(), ours.text());
    }

    @Test
    void aKeptConnectionIsAsQuickAsThatOfNginx() throws Exception {
        try (Socket one = toFront(); Socket other = nginx.socket()) {
            long[] ours = new long[200];
            long[] theirs = new long[ours.length];
            for (int round = 0; round < 2; round++) { // the first warms up
                for (int i = 0; i < ours.length; i++) {
                    ours[i] = get(one);
                    theirs[i] = get(other);
                }
            }
            Arrays.sort(ours);
            Arrays.sort(theirs);
            double difference = (ours[ours.length / 2] - theirs[theirs.length / 2]) / 1e6;
            String line = String.format("a page of PHP on a kept connection, median: front %.2f ms, nginx %.2f ms",
                    ours[ours.length / 2] / 1e6, theirs[theirs.length / 2] / 1e6);
            new Report(FrontBesideNginxIT.class, line).write();
            assertTrue(difference < 2, line);
        }
    }

    /** {@return the nanoseconds that a page takes, up to the end of its body, which both send in chunks} */
    private static long get(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        long start = System.nanoTime();
        RawHttp.send(socket, "GET /url.php?a=b" + GET);
        InputStream in = socket.getInputStream();
        String all = RawHttp.readUntil(in, "0\r\n\r\n");
        long time = System.nanoTime() - start;
        assertTrue(all.startsWith("HTTP/1.1 200 "), all);
        return time;
    }
}
