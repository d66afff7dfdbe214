package dev.fcgi.benchmarks;

import dev.fcgi.AccessLog;
import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import dev.fcgi.ServerListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The playground's small response from a server that is observed as the first argument says; the second one is its
 * socket. Where that is by the flight recorder, the command that starts the JVM says so. {@code /stats} tells how many
 * requests there have been.
 */
final class ObservedHello {
    private final FcgiServer server;

    private ObservedHello(String how, String socket) throws IOException {
        FcgiServer.Builder builder = FcgiServer.builder().listen("unix:" + socket).responder(this::respond);
        switch (how) {
            case "off", "jfr" -> { }
            case "listener" -> builder.listener(new ServerListener() { });
            case "status" -> builder.listener(new ServerListener() { }).statusListen("unix:" + socket + ".status")
                    .slowRequestTime(Duration.ofSeconds(1));
            case "log" -> builder.listener(AccessLog.builder().open(Path.of(socket + ".log")));
            default -> throw new IllegalArgumentException(how);
        }
        server = builder.build();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        new ObservedHello(args[0], args[1]).server.serve();
    }

    private void respond(Request request) throws IOException {
        if (request.meta("SCRIPT_NAME").equals("/hello")) {
            request.stdout().write(Messages.HELLO);
        } else {
            String total = "Content-Type: text/plain\r\n\r\ntotal=" + server.stats().requestsStarted();
            request.stdout().write(total.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
