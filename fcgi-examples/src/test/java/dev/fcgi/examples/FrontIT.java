package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Foreign CGI programs behind fcgi front and fcgiwrap, by the command line only. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FrontIT {
    @TempDir
    Path directory;

    private Child fcgiwrap() throws Exception {
        Path socket = directory.resolve("wrap");
        Child wrap = Child.start(directory, Map.of(), Peer.SPAWN_FCGI.path(), "-n", "-s", socket.toString(),
                "--", Peer.FCGIWRAP.path());
        Await.until("fcgiwrap listens", () -> Files.exists(socket));
        return wrap;
    }

    private Child front(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Image.program("fcgi"), "front",
                "unix:" + directory.resolve("wrap"), "--listen", "127.0.0.1:0"));
        command.addAll(List.of(options));
        Child front = Child.start(directory, Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
                command.toArray(String[]::new));
        front.awaitOutput(" -> ");
        return front;
    }

    private static String url(Child front) throws Exception {
        return front.stdout().split(" ")[0];
    }

    private static String get(Child front, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(front)).resolve(path)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private String git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Peer.GIT.path(), "-c", "user.name=A", "-c",
                "user.email=a@example.org", "-c", "http.proxy=", "-c", "init.defaultBranch=main"));
        command.addAll(List.of(arguments));
        Map<String, String> environment = Map.of("GIT_CONFIG_NOSYSTEM", "1", "HOME", directory.toString(),
                "GIT_TERMINAL_PROMPT", "0");
        try (Child git = Child.start(directory, environment, command.toArray(String[]::new))) {
            assertEquals(0, git.exitStatus(), git.stderr());
            return git.stdout();
        }
    }

    @Test
    void aRepositoryIsClonedThroughGitHttpBackend() throws Exception {
        Peer.require(Peer.GIT, Peer.SPAWN_FCGI, Peer.FCGIWRAP);
        Path backend = Path.of(git("--exec-path").strip(), "git-http-backend");
        Path work = directory.resolve("work");
        Path repositories = Files.createDirectory(directory.resolve("repositories"));
        git("init", "-q", work.toString());
        Files.writeString(work.resolve("greeting.txt"), "hello");
        git("-C", work.toString(), "add", ".");
        git("-C", work.toString(), "commit", "-q", "-m", "first");
        git("clone", "-q", "--bare", work.toString(), repositories.resolve("small.git").toString());
        try (Child wrap = fcgiwrap(); Child front = front("--script", backend.toString(), "--param",
                "GIT_PROJECT_ROOT=" + repositories, "--param", "GIT_HTTP_EXPORT_ALL=")) {
            assertTrue(wrap.isAlive());
            Path clone = directory.resolve("clone");
            git("clone", "-q", url(front) + "small.git", clone.toString());
            assertEquals("hello", Files.readString(clone.resolve("greeting.txt")));
        }
    }

    /** Git compresses large requests and sends them in chunks, but git-http-backend needs their length. */
    @Test
    void fiftyMegabytesArePushedToGitHttpBackend() throws Exception {
        Peer.require(Peer.GIT, Peer.SPAWN_FCGI, Peer.FCGIWRAP);
        Path backend = Path.of(git("--exec-path").strip(), "git-http-backend");
        Path bare = directory.resolve("repositories/big.git");
        git("init", "-q", "--bare", bare.toString());
        git("-C", bare.toString(), "config", "http.receivepack", "true");
        try (Child wrap = fcgiwrap(); Child front = front("--script", backend.toString(), "--param",
                "GIT_PROJECT_ROOT=" + bare.getParent(), "--param", "GIT_HTTP_EXPORT_ALL=")) {
            assertTrue(wrap.isAlive());
            String work = directory.resolve("work").toString();
            git("clone", "-q", url(front) + "big.git", work);
            byte[] content = Content.random(50_000_000); // which no compression makes smaller
            Files.write(Path.of(work, "big.bin"), content);
            git("-C", work, "add", ".");
            git("-C", work, "commit", "-q", "-m", "big");
            git("-C", work, "push", "-q", "origin", "HEAD:refs/heads/main");
            git("clone", "-q", "-b", "main", url(front) + "big.git", directory.resolve("clone").toString());
            assertArrayEquals(content, Files.readAllBytes(directory.resolve("clone/big.bin")));
        }
    }

    @Test
    void scriptsInADirectory() throws Exception {
        Peer.require(Peer.SPAWN_FCGI, Peer.FCGIWRAP);
        Path root = Files.createDirectories(directory.resolve("cgi bin/deep")).getParent();
        Path script = Files.writeString(root.resolve("deep/show.sh"), """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n%s %s %s %s' "$SCRIPT_NAME" "$PATH_INFO" "$QUERY_STRING" "$GREETING"
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(root.resolve("deep/style.css"), "style");
        try (Child wrap = fcgiwrap(); Child front = front("--root", root.toString(), "--scripts", ".pl,.sh", "--index",
                "show.sh", "--param", "GREETING=gr\u00fcezi")) {
            assertTrue(wrap.isAlive());
            assertEquals("/deep/show.sh /a b x=y gr\u00fcezi", get(front, "/deep/show.sh/a%20b?x=y"));
            assertEquals("/deep/show.sh   gr\u00fcezi", get(front, "/deep/"));
            assertEquals("style", get(front, "/deep/style.css"));
        }
    }

    private Child frontOfPlayground() throws Exception {
        Child front = Child.start(directory, Map.of(), Image.program("fcgi"), "front",
                "unix:" + directory.resolve("s"), "--listen", "127.0.0.1:0");
        front.awaitOutput(" -> ");
        return front;
    }

    private static CompletableFuture<HttpResponse<String>> getSlow(PlaygroundProcess playground, Child front,
            String milliseconds) throws Exception {
        CompletableFuture<HttpResponse<String>> reply = HttpClient.newHttpClient().sendAsync(
                HttpRequest.newBuilder(URI.create(url(front)).resolve("/slow?ms=" + milliseconds)).build(),
                HttpResponse.BodyHandlers.ofString());
        Await.until("the request runs", () -> playground.stats().get("active") == 2);
        return reply;
    }

    @Test
    void sigtermFinishesWhatHasBegun() throws Exception {
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, "unix:" + directory.resolve("s"))) {
            try (Child idle = frontOfPlayground()) {
                assertEquals("hello\n", get(idle, "/hello"));
                idle.terminate();
                assertEquals(0, idle.exitStatus(), idle.stderr());
            }
            try (Child busy = frontOfPlayground()) {
                CompletableFuture<HttpResponse<String>> reply = getSlow(playground, busy, "1000");
                busy.terminate();
                assertEquals("slept\n", reply.get().body());
                assertEquals(0, busy.exitStatus(), busy.stderr());
            }
            try (Child stuck = frontOfPlayground()) {
                CompletableFuture<HttpResponse<String>> reply = getSlow(playground, stuck, "60000");
                stuck.terminate();
                assertThrows(ExecutionException.class, reply::get);
                assertEquals(1, stuck.exitStatus(), "as docs/command-line.md says");
            }
        }
    }
}
