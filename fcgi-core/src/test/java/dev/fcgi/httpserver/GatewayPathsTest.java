package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What paths lead to, and what they must never lead to. */
final class GatewayPathsTest extends GatewayTest {

    private void site(UnaryOperator<FcgiGateway.Builder> more) throws IOException {
        write("index.php", "source");
        write("app.php", "source");
        write("sub/index.html", "sub index");
        write("sub/deep/x.php", "source");
        write("sub/style.css", "style");
        write("empty/keep", "kept");
        write("dir.php/inner.php", "source");
        write("dir.php/plain.txt", "inner");
        write("upload/picture.jpg", "picture");
        write("upload/\u0130\u0130.php", "source"); // is longer in lower case
        write("LOUD.PHP", "source");
        write("half.php.txt", "half");
        write("with space.txt", "space");
        write(".env", "secret");
        write(".git/config", "secret");
        write("sub/.htaccess", "secret");
        write(".well-known/acme", "token");
        write(".php", "source");
        Files.writeString(directory.resolve("outside.txt"), "secret");
        Files.writeString(directory.resolve("outside.php"), "secret");
        Files.createSymbolicLink(root.resolve("out.txt"), directory.resolve("outside.txt"));
        Files.createSymbolicLink(root.resolve("out.php"), directory.resolve("outside.php"));
        Files.createSymbolicLink(root.resolve("outdir"), directory);
        Files.createSymbolicLink(root.resolve("in.css"), root.resolve("sub/style.css"));
        Files.createSymbolicLink(root.resolve("source.txt"), root.resolve("app.php"));
        Files.createSymbolicLink(root.resolve("shown.txt"), root.resolve(".env"));
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        serve(request -> print(request, "Content-Type: x/y\n\n" + request.meta("SCRIPT_NAME") + " "
                + request.params().get("PATH_INFO", "-") + " "
                + request.meta("SCRIPT_FILENAME").replace(root.toString(), "")),
                builder -> more.apply(builder.documentRoot(root)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /                                 | 200 | /index.php - /index.php
            /?x=/../                          | 200 | /index.php - /index.php
            /app.php                          | 200 | /app.php - /app.php
            /app.php/                         | 200 | /app.php / /app.php
            /app.php/a//b/.hidden             | 200 | /app.php /a//b/.hidden /app.php
            /app.php/index.php                | 200 | /app.php /index.php /app.php
            /app.php%2Fa                      | 400 |
            /app.php%00.jpg                   | 400 |
            /app.php/%0a                      | 400 |
            /app.php/a%0Ab.php                | 400 |
            /app.php/%7f                      | 400 |
            /app.php/a%5cb                    | 400 |
            /app.php/%c3%bc                   | 200 | /app.php /\u00fc /app.php
            /app.php/%ff                      | 400 |
            /app.php/%c0%ae%c0%ae/x           | 400 |
            /app.php/../.env                  | 400 |
            /app.php/./x                      | 400 |
            /app.php/..                       | 400 |
            /app.php/...                      | 200 | /app.php /... /app.php
            /app.php?/%00                     | 200 | /app.php - /app.php
            /APP.php                          | 404 |
            /app.PHP                          | 404 |
            /app.php.                         | 404 |
            /app.php%20                       | 404 |
            /app.php~                         | 404 |
            /LOUD.PHP                         | 404 |
            /.php                             | 404 |
            /half.php.txt                     | 200 | half
            /half.php.txt/x.php               | 404 |
            /sub                              | 301 |
            /sub/                             | 200 | sub index
            /sub//style.css                   | 404 |
            /sub/style.css                    | 200 | style
            /sub/style.css/                   | 404 |
            /sub/%2e%2e/app.php               | 400 |
            /sub/..%2fapp.php                 | 400 |
            /sub/%252e%252e/app.php           | 404 |
            /sub/..;/app.php                  | 404 |
            /sub/deep/                        | 404 |
            /sub/deep/x.php/y                 | 200 | /sub/deep/x.php /y /sub/deep/x.php
            /dir.php                          | 301 |
            /dir.php/inner.php/z              | 200 | /dir.php/inner.php /z /dir.php/inner.php
            /dir.php/plain.txt                | 200 | inner
            /dir.php/nothing                  | 404 |
            /upload/picture.jpg               | 200 | picture
            /upload/picture.jpg/x.php         | 404 |
            /upload/picture.jpg/app.php       | 404 |
            /upload/picture.jpg%00.php        | 400 |
            /upload/picture.jpg%20%00.php     | 400 |
            /upload/%c4%b0%c4%b0.php/r.txt    | 200 | /upload/\u0130\u0130.php /r.txt /upload/\u0130\u0130.php
            /upload/i%cc%87.php               | 404 |
            /with%20space.txt                 | 200 | space
            /with+space.txt                   | 404 |
            /.env                             | 404 |
            /%2eenv                           | 404 |
            /.git/config                      | 404 |
            /.git                             | 404 |
            /sub/.htaccess                    | 404 |
            /.well-known/acme                 | 200 | token
            /out.txt                          | 404 |
            /out.php                          | 404 |
            /outdir                           | 404 |
            /outdir/outside.txt               | 404 |
            /outdir/outside.php               | 404 |
            /in.css                           | 200 | style
            /source.txt                       | 404 |
            /shown.txt                        | 404 |
            /loop                             | 404 |
            /loop/x.php                       | 404 |
            /nothing                          | 404 |
            /nothing/app.php                  | 404 |
            //evil.test/app.php               | 400 |
            ///app.php                        | 400 |
            http://other/app.php/x            | 200 | /app.php /x /app.php
            http://other/                     | 200 | /index.php - /index.php
            http://u@other/app.php            | 400 |
            /app.php#x                        | 400 |
            /app.php%                         | 400 |
            /app.php/%zz                      | 400 |
            /app.php/%u0041                   | 400 |
            """)
    void paths(String target, int status, String expected) throws Exception {
        site(builder -> builder);
        HttpReply reply = get(target);
        assertEquals(status, reply.status(), reply.body());
        String body = new String(reply.body().getBytes("ISO-8859-1"), "UTF-8");
        if (expected != null) {
            assertEquals(expected, body);
        } else {
            assertEquals(-1, body.indexOf("source") + body.indexOf("secret") + 1, body);
        }
    }

    @Test
    void aLinkOutOfTheRootIsLoggedOnce() throws Exception {
        site(builder -> builder);
        for (int i = 0; i < 3; i++) {
            for (String path : List.of("/out.txt", "/out.php", "/outdir/outside.txt", "/in.css", "/nothing")) {
                get(path);
            }
        }
        assertEquals(List.of("out.txt", "out.php", "outdir/outside.txt").stream().map(name -> "WARNING 404 for "
                + root.resolve(name) + ": it leads to " + real(name) + ", which is not below the document root "
                + real(".") + "; followLinks(true) of the gateway allows it").toList(), log.lines());
    }

    private Path real(String name) {
        try {
            return root.resolve(name).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /out.txt             | secret
            /out.php/x           | /out.php /x /out.php
            /outdir/outside.txt  | secret
            /outdir/outside.php  | /outdir/outside.php - /outdir/outside.php
            /outdir/.hidden      | 404 Not Found
            /outhidden.txt       | 404 Not Found
            /outsource.txt       | 404 Not Found
            /shown.txt           | 404 Not Found
            /source.txt          | 404 Not Found
            /loop                | 404 Not Found
            """)
    void linksAreFollowedWhereTheyMayLeadAnywhere(String target, String expected) throws Exception {
        Files.writeString(directory.resolve(".hidden"), "hidden");
        Files.createSymbolicLink(root.resolve("outhidden.txt"), directory.resolve(".hidden"));
        Files.createSymbolicLink(root.resolve("outsource.txt"), directory.resolve("outside.php"));
        site(builder -> builder.followLinks(true));
        assertEquals(expected, get(target).body().strip());
        assertEquals(List.of(), log.lines());
    }

    @Test
    void twoSlashesInFrontLeadNowhere() throws Exception {
        site(builder -> builder);
        int status = get("//app.php").status();
        assertTrue(status == 404 || status == 400, () -> "" + status); // the server of JDK 21 refuses it by itself
    }

    @Test
    void aVeryLongNameIsNoFile() throws Exception {
        site(builder -> builder);
        assertEquals(404, get("/" + "a".repeat(5000) + ".php").status());
        assertEquals(404, get("/a.php".repeat(1000)).status());
        assertEquals("/app.php " + "/a.php".repeat(1000) + " /app.php",
                get("/app.php" + "/a.php".repeat(1000)).body());
    }

    @Test
    void aDirectoryIsRedirectedToWithItsSlashAndQuery() throws Exception {
        site(builder -> builder);
        assertEquals("/sub/?a=%20b", get("/sub?a=%20b").header("Location"));
        assertEquals("/s%75b/", get("/s%75b").header("Location"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /                       | /index.php - /index.php
            /some/where?a=b         | /index.php - /index.php
            /nothing.php            | /index.php - /index.php
            /empty/                 | /index.php - /index.php
            /upload/picture.jpg/x.php | /index.php - /index.php
            /app.php/x              | /app.php /x /app.php
            /sub/style.css          | style
            /.env                   | 404 Not Found
            /out.php                | 404 Not Found
            /api/.env               | /index.php - /index.php
            """)
    void theFrontControllerAnswersWhereThereIsNoFile(String target, String expected) throws Exception {
        site(builder -> builder.frontController("/index.php"));
        assertEquals(expected, get(target).body().strip());
    }

    @Test
    void aFrontControllerThatIsNoScriptAnswersNothing() throws Exception {
        site(builder -> builder.frontController("/upload/picture.jpg"));
        assertEquals(404, get("/nothing").status());
    }

    @Test
    void indexFilesInTheirOrder() throws Exception {
        site(builder -> builder.indexFiles("nothing.php", "x.php", "index.html"));
        assertEquals("/sub/deep/x.php - /sub/deep/x.php", get("/sub/deep/").body());
        assertEquals("sub index", get("/sub/").body());
        assertEquals(404, get("/").status());
    }

    @Test
    void scriptsMayEndOtherwise() throws Exception {
        site(builder -> builder.scriptSuffixes(".css", ".txt").scriptRoot("/srv/app/"));
        assertEquals("/sub/style.css /x /srv/app/sub/style.css", get("/sub/style.css/x").body());
        assertEquals("/half.php.txt - /srv/app/half.php.txt", get("/half.php.txt").body());
        assertEquals("source", get("/app.php").body()); // no script any more
    }

    @Test
    void theRootMayBeALinkThatIsSwitched() throws Exception {
        write("a.txt", "first");
        var second = Files.createDirectory(directory.resolve("second"));
        Files.writeString(second.resolve("a.txt"), "second");
        var link = Files.createSymbolicLink(directory.resolve("current"), root);
        serve(GatewayTest::params, builder -> builder.documentRoot(link));
        assertEquals("first", get("/a.txt").body());
        Files.delete(link);
        Files.createSymbolicLink(link, second);
        assertEquals("second", get("/a.txt").body());
        Files.delete(link);
        assertEquals(500, get("/a.txt").status());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            ''   | /                | '' | /
            ''   | /a/b.php/c       | '' | /a/b.php/c
            ''   | /.env            | '' | /.env
            ''   | /a//b/           | '' | /a//b/
            /app | /app             | /app | -
            /app | /app/            | /app | /
            /app | /app/x           | /app | /x
            """)
    void everythingGoesToAnApplicationThatRoutesByItself(String mount, String target, String script, String info)
            throws Exception {
        write("a/b.php", "source");
        serve(GatewayTest::params, builder -> builder.passAllRequests(mount).documentRoot(root));
        String params = "\n" + get(target).body();
        assertEquals(script, params.replaceAll("(?s).*\nSCRIPT_NAME=([^\n]*).*", "$1"));
        assertEquals(info == null ? -1 : 0, params.indexOf("\nPATH_INFO=" + info + "\n") < 0 ? -1 : 0, params);
    }

    @ParameterizedTest
    @CsvSource({"/ap,404", "/apple,404", "/,404", "/app%2f,400", "/app/%00,400", "/app/../app,400", "/app%0a,400"})
    void everythingHasItsLimits(String target, int status) throws Exception {
        serve(GatewayTest::params, builder -> builder.passAllRequests("/app"));
        assertEquals(status, get(target).status());
    }

    @Test
    void aGatewayKeepsTheSettingsItWasBuiltWith() throws Exception {
        List<FcgiGateway.Builder> builders = new ArrayList<>();
        serve(GatewayTest::params, builder -> {
            builders.add(builder);
            return builder.passAllRequests("/app").param("A", "1");
        });
        builders.get(0).passAllRequests("/other").param("A", "2").build();
        assertTrue(get("/app").body().startsWith("A=1\n"));
        assertEquals(404, get("/other").status());
    }

    @Test
    void theBuilderRefusesNonsense() {
        gatewayBuilder("scriptSuffixes", b -> b.scriptSuffixes("php"));
        gatewayBuilder("scriptSuffixes", b -> b.scriptSuffixes("."));
        gatewayBuilder("indexFiles", b -> b.indexFiles("a/b.php"));
        gatewayBuilder("indexFiles", b -> b.indexFiles(".htaccess"));
        gatewayBuilder("passAllRequests", b -> b.passAllRequests("app"));
        gatewayBuilder("passAllRequests", b -> b.passAllRequests("/app/"));
        gatewayBuilder("frontController", b -> b.frontController("index.php"));
        gatewayBuilder("maxBodyLength", b -> b.maxBodyLength(-1));
        gatewayBuilder("param", b -> b.param("HTTP_PROXY", "x"));
        try (var unused = dev.fcgi.client.FcgiClient.to("127.0.0.1:1")) {
            assertThrows(IllegalStateException.class, () -> FcgiGateway.builder(unused).build());
        }
    }

    private static void gatewayBuilder(String what, UnaryOperator<FcgiGateway.Builder> setting) {
        try (var unused = dev.fcgi.client.FcgiClient.to("127.0.0.1:1")) {
            var builder = FcgiGateway.builder(unused);
            assertThrows(IllegalArgumentException.class, () -> setting.apply(builder), what);
        }
    }
}
