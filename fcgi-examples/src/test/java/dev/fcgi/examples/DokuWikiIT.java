package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Debian's DokuWiki with the test's own pages, behind fcgi front and PHP-FPM, used in a browser. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DokuWikiIT {
    private static final List<String> DATA = List.of("attic", "cache", "index", "locks", "log", "media", "media_attic",
            "media_meta", "meta", "pages", "tmp");
    /** Paths of pages are in PATH_INFO; without accounts, everybody edits. */
    private static final String CONFIGURATION = """
            <?php
            $conf['title'] = 'Wiki of the test';
            $conf['savedir'] = '%s';
            $conf['useacl'] = 0;
            $conf['userewrite'] = 2;
            $conf['updatecheck'] = 0;
            """;

    @TempDir
    Path directory;

    private Path page(String name) {
        return directory.resolve("data/pages").resolve(name + ".txt");
    }

    private PhpFpm php() throws Exception {
        for (String name : DATA) {
            Files.createDirectories(directory.resolve("data").resolve(name));
        }
        Path configuration = Files.createDirectory(directory.resolve("conf"));
        Files.writeString(configuration.resolve("local.php"), CONFIGURATION.formatted(directory.resolve("data")));
        Path before = Files.writeString(directory.resolve("before.php"),
                "<?php define('DOKU_CONF', '" + configuration + "/');");
        return PhpFpm.withExtensions(directory, "php_admin_value[auto_prepend_file] = " + before);
    }

    @Test
    void pagesAreWrittenReadAndFound() throws Exception {
        Peer.require(Peer.DOKUWIKI, Peer.PHP_FPM, Peer.CHROMIUM, Peer.CHROMEDRIVER);
        try (PhpFpm php = php();
                Child front = Child.start(directory, Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
                        Image.program("fcgi"), "front", php.address(), "--listen", "127.0.0.1:0",
                        "--root", "/usr/share/dokuwiki", "--follow-links");
                Chromium browser = Chromium.start(directory)) {
            front.awaitOutput(" -> ");
            String site = front.stdout().split(" ")[0];

            browser.open(site); // the index file redirects to it
            assertEquals("Wiki of the test", browser.run("return document.title").replaceFirst(".*\\[(.*)]", "$1"));
            browser.open(site + "doku.php/start?do=edit");
            write(browser, "====== Gr\u00fc\u00dfe ======\n\n[[\u00fcber uns|we]] and {{wiki:picture.png}}");
            assertEquals("Gr\u00fc\u00dfe", browser.text("#dokuwiki__content h1"));
            assertTrue(Files.readString(page("start")).startsWith("====== Gr\u00fc\u00dfe ======"));

            browser.click("#dokuwiki__content a.wikilink2"); // a page that is not there yet
            Await.until("it is shown", () -> browser.run("return location.pathname").contains("ber_uns"));
            browser.open(browser.run("return location.href").replaceFirst("[?#].*", "") + "?do=edit");
            write(browser, "====== About us ======\n\n" + "A long page. ".repeat(20_000)); // more than memory is for
            assertEquals("About us", browser.text("#dokuwiki__content h1"));
            browser.open(browser.run("return location.href").replaceFirst("[?#].*", "") + "?do=edit");
            assertEquals("====== About", browser.run("return document.querySelector('textarea').value.slice(0, 12)"));
            write(browser, "====== Short ======");
            assertEquals("Short", browser.text("#dokuwiki__content h1"));

            browser.open(site + "doku.php?id=start&do=revisions&x={[|]}^100%");
            assertEquals("Old Revisions", browser.text("#dokuwiki__content h1"));
            assertEquals("200 text/css; charset=utf-8", browser.await("""
                    const sheet = document.querySelector('link[rel=stylesheet]').href;
                    fetch(sheet).then(r => done(r.status + ' ' + r.headers.get('content-type')));"""));
            assertEquals("rgb", browser.run("return getComputedStyle(document.body).color.slice(0, 3)"));
            List<String> warnings = front.stderr().lines().filter(line -> line.startsWith("WARNING")
                    && !line.contains(" STDERR: PHP message: PHP ")).toList(); // of its own
            assertEquals(List.of(), warnings);
        }
    }

    /** Fills in the form of the editor, as a whole: typing 200 KB takes a browser minutes. */
    private static void write(Chromium browser, String text) throws Exception {
        browser.run("document.querySelector('textarea').value = decodeURIComponent('"
                + URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20") + "'); return ''");
        browser.click("#edbtn__save");
        Await.until("the page is saved", () -> browser.run("return '' + (document.querySelector('textarea') === null"
                + " && document.readyState === 'complete')").equals("true"));
    }
}
