package dev.fcgi.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A web server with a playground behind it, configured by its file in docs/webservers. */
final class Site implements AutoCloseable {
    private static final Path FILES = Path.of(System.getProperty("fcgi.docs")).resolve("webservers");
    /** Paths in the files, which are moved below the directory of the test. */
    private static final Pattern PATH = Pattern.compile("(?<![\\w.])/(run|var|srv|etc)/[\\w./-]+");

    private final WebServer server;
    private final Path root;
    private final Path configuration;
    private final int port;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;
    /** Null when the web server starts it. */
    private PlaygroundProcess playground;
    private Daemon daemon;

    private Site(WebServer server, Path root, int port, String address) {
        this.server = server;
        this.root = root;
        this.configuration = root.resolve(server.file());
        this.port = port;
        this.address = address;
    }

    /**
     * Starts both.
     *
     * @param directory below which everything is
     */
    static Site start(WebServer server, Path directory) throws Exception {
        Site site = prepare(server, directory, true);
        try {
            site.startPlayground();
            site.startServer();
            return site;
        } catch (Throwable e) {
            site.close();
            throw e;
        }
    }

    /** Starts nothing: the caller provides the application at {@link #upstream}, and runs {@link #shellCommand}. */
    static Site prepare(WebServer server, Path directory) throws Exception {
        return prepare(server, directory, false);
    }

    private static Site prepare(WebServer server, Path directory, boolean withPlayground) throws Exception {
        Path root = Daemon.open(directory.resolve(server.name()));
        Path socket = root.resolve("run/app/app.sock");
        int port = Ports.free();
        int fastcgiPort = Ports.free();
        Site site = new Site(server, root, port, server.place() == WebServer.Place.TCP
                ? "127.0.0.1:" + fastcgiPort
                : "unix:" + socket);
        Files.writeString(site.configuration, site.text(port, fastcgiPort, withPlayground));
        return site;
    }

    private String text(int port, int fastcgiPort, boolean withPlayground) throws IOException {
        String text = server.changed(Files.readString(FILES.resolve(server.file())));
        text = WebServer.replace(text, "8080", Integer.toString(port));
        if (server.place() == WebServer.Place.TCP) {
            // the files say how to do it, in a comment or a commented-out line
            text = switch (server.program()) {
                case NGINX -> WebServer.replace(text, "server unix:/run/app/app.sock", "server 127.0.0.1:9000");
                case HAPROXY -> WebServer.replace(text, "unix@/run/app/app.sock", "127.0.0.1:9000");
                case LIGHTTPD -> WebServer.replace(text, "\"socket\" => \"/run/app/app.sock\"",
                        "\"host\" => \"127.0.0.1\", \"port\" => 9000");
                default -> text.replace("unix:/run/app/app.sock|fcgi://app/", "fcgi://127.0.0.1:9000/");
            };
        }
        text = text.replaceAll("\\b9000\\b", Integer.toString(fastcgiPort));
        if (server.place() == WebServer.Place.STARTED && !withPlayground) {
            String relay = Peer.PERL.path() + " " + Resource.copy("relay.pl", root) + " " + address.substring("unix:".length());
            text = WebServer.replace(text, "/usr/lib/app/bin/app fd:0", relay).replace("/usr/lib/app/bin", root.toString());
            // a relay for each request, started at once
            text = WebServer.replace(text, "FcgidMaxProcesses 4", "FcgidMaxProcesses 20\nFcgidSpawnScoreUpLimit 1000");
            makeDirectory("/run/app");
        } else if (server.place() == WebServer.Place.STARTED) {
            Image.copyTo(root.resolve("image"));
            Path bin = root.resolve("image/bin");
            text = WebServer.replace(text, "/usr/lib/app/bin/app", bin.resolve("playground").toString())
                    .replace("/usr/lib/app/bin", bin.toString());
        }
        if (!System.getProperty("user.name").equals("root")) {
            text = text.replaceAll("\\bwww-data\\b", System.getProperty("user.name"));
        }
        Matcher paths = PATH.matcher(text);
        while (paths.find()) {
            makeDirectory(paths.group());
        }
        return paths.replaceAll(found -> Matcher.quoteReplacement(root + found.group()));
    }

    /** Creates what a path needs; a last name without a dot is a directory. */
    private void makeDirectory(String path) throws IOException {
        Path directory = root;
        for (Path name : Path.of(path.substring(1))) {
            if (!name.toString().contains(".")) {
                directory = Daemon.open(directory.resolve(name));
            }
        }
    }

    private List<String> command() {
        return Stream.concat(Stream.of(server.program().path()), server.arguments(configuration.toString()).stream())
                .toList();
    }

    /** Caddy keeps things in the home directory. */
    private Map<String, String> environment() {
        return Map.of("XDG_CONFIG_HOME", root.toString(), "XDG_DATA_HOME", root.toString());
    }

    /** {@return a command for a shell that runs the web server} */
    String shellCommand() {
        return environment().entrySet().stream().map(variable -> variable + " ").collect(Collectors.joining())
                + "exec " + String.join(" ", command()) + " >" + root.resolve("output") + " 2>&1";
    }

    private void startServer() throws Exception {
        daemon = Daemon.start(root, environment(), log(), () -> Daemon.listens(port), command().toArray(String[]::new));
    }

    /** {@return the file where the web server logs, if it does not print} */
    private Path log() throws IOException {
        Path logs = root.resolve("var/log");
        if (!Files.exists(logs)) {
            return logs;
        }
        try (Stream<Path> names = Files.list(logs)) {
            return names.findFirst().orElseThrow().resolve("error.log");
        }
    }

    private void startPlayground() throws Exception {
        if (server.place() == WebServer.Place.STARTED) {
            return;
        }
        playground = PlaygroundProcess.start(root, address);
        if (server.place() == WebServer.Place.UNIX) {
            Files.setPosixFilePermissions(Path.of(address.substring("unix:".length())),
                    PosixFilePermissions.fromString("rw-rw-rw-"));
        }
    }

    /** Ends the playground and returns how it ended. */
    int stopPlayground() throws Exception {
        return playground.stop();
    }

    /** Starts it again, at the same address. */
    void restartPlayground() throws Exception {
        playground.close();
        startPlayground();
    }

    WebServer server() {
        return server;
    }

    URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port + pathAndQuery);
    }

    HttpClient client() {
        return client;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    HttpResponse<String> post(String path, BodyPublisher body) throws Exception {
        return send(request(path).POST(body));
    }

    /** A connection for what an HTTP client would not send. */
    Socket socket() throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        return socket;
    }

    /** Sends one request and reads until the server closes. */
    HttpReply exchange(String requestLine, String headers) throws IOException {
        try (Socket socket = socket()) {
            return HttpReply.parse(RawHttp.exchange(socket, requestLine, headers).getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** {@return where the web server, or a relay that it starts, expects the application} */
    String upstream() {
        return address;
    }

    /** {@return the address of the playground} */
    String address() throws Exception {
        if (server.place() != WebServer.Place.STARTED) {
            return address;
        }
        if (server == WebServer.APACHE_FCGID) {
            get("/hello"); // ensures that there is one
        }
        try (Stream<Path> files = Files.walk(root.resolve("run"))) { // mod_fcgid and lighttpd choose names
            return "unix:" + files.filter(Site::isSocket).max(Comparator.comparing(file -> file.toFile().lastModified()))
                    .orElseThrow();
        }
    }

    private static boolean isSocket(Path file) {
        return !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    /** The counters of the playground. */
    Map<String, Long> stats() throws Exception {
        return PlaygroundProcess.counters(RawConnection.get(address(), "/stats", "").body());
    }

    /** {@return the processes that the web server has started} */
    Stream<ProcessHandle> processes() {
        return daemon.descendants().stream();
    }

    /** {@return the log of the web server} */
    String errors() throws IOException {
        return daemon.log();
    }

    /** {@return the exit status of the playground, 0 where the web server has started it} */
    int stop() throws Exception {
        client.shutdownNow();
        daemon.stop();
        return playground == null ? 0 : playground.stop();
    }

    @Override
    public void close() {
        client.shutdownNow();
        try {
            if (daemon != null) {
                daemon.close();
            }
        } finally {
            if (playground != null) {
                playground.close();
            }
        }
    }
}
