package com.example.app;

import dev.fcgi.AccessLog;
import dev.fcgi.FcgiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * The program. Its argument is the address to listen on, {@code unix:app.sock} or {@code 127.0.0.1:9000}; without one, it
 * takes the socket that systemd has opened. Access log and status page go to the directories that systemd provides, or
 * to the current one.
 */
public final class App {
    private App() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            serve(args.length > 0 ? args[0] : "fd:0");
        } catch (IOException | IllegalArgumentException e) {
            String hint = args.length > 0 ? "" : "; without systemd, give an address: app unix:app.sock";
            System.err.println("app: " + e.getMessage() + hint);
            System.exit(1);
        }
    }

    private static void serve(String address) throws IOException, InterruptedException {
        AccessLog log = AccessLog.builder()
                .format("%{REMOTE_ADDR}e - %{REMOTE_USER}e [%t] \"%m %{REQUEST_URI}e %{SERVER_PROTOCOL}e\" %s %B"
                        + " %{milli}d %c %O %{REQUEST_ID}e")
                .open(directory("LOGS_DIRECTORY").resolve("access.log"));
        FcgiServer server = FcgiServer.builder()
                .listen(address)
                .statusListen("unix:" + directory("RUNTIME_DIRECTORY").resolve("status.sock"))
                // Anybody who can reach the directory may connect; FCGI_WEB_SERVER_USERS says who is served.
                .unixMode(PosixFilePermissions.fromString("rw-rw-rw-"))
                .listener(log)
                .slowRequestTime(Duration.ofSeconds(10)) // after that, the stack of the handler is logged
                .responder(Pages.RESPONDER)
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close)); // on SIGTERM and Ctrl-C: finish first
        server.serve();
    }

    private static Path directory(String variable) {
        return Path.of(System.getenv().getOrDefault(variable, ""));
    }
}
