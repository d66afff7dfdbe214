package dev.fcgi.examples;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A headless browser, driven by the few commands of the WebDriver protocol that tests need. */
final class Chromium implements AutoCloseable {
    private static final List<String> FLAGS = List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage");
    private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Child driver;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String server;
    private String session;

    private Chromium(Child driver, int port) {
        this.driver = driver;
        this.server = "http://127.0.0.1:" + port + "/session";
    }

    static Chromium start(Path directory) throws Exception {
        Path profile = Files.createTempDirectory(directory, "profile");
        int port = Ports.free();
        Child driver = Child.start(directory, Map.of("HOME", profile.toString()), Peer.CHROMEDRIVER.path(),
                "--port=" + port);
        Chromium started = new Chromium(driver, port);
        try {
            driver.awaitOutput("started successfully");
            String flags = FLAGS.stream().map(Chromium::quoted).collect(Collectors.joining(","));
            String answer = started.post("", """
                    {"capabilities": {"alwaysMatch": {"goog:loggingPrefs": {"browser": "ALL"}, "goog:chromeOptions":
                    {"binary": %s, "args": [%s, %s]}}}}""".formatted(quoted(Peer.CHROMIUM.path()), flags,
                            quoted("--user-data-dir=" + profile)));
            started.session = field(answer, "sessionId");
            return started;
        } catch (Throwable e) {
            started.close();
            throw e;
        }
    }

    void open(String url) throws Exception {
        post("/" + session + "/url", "{\"url\": " + quoted(url) + "}");
    }

    /** Makes the window that wide, without an edge, for somebody who prefers a scheme of colours: light or dark. */
    void look(int width, String scheme) throws Exception {
        command("Emulation.setDeviceMetricsOverride",
                "{\"width\": " + width + ", \"height\": 800, \"deviceScaleFactor\": 1, \"mobile\": false}");
        command("Emulation.setEmulatedMedia",
                "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": " + quoted(scheme) + "}]}");
    }

    private void command(String name, String parameters) throws Exception {
        post("/" + session + "/goog/cdp/execute", "{\"cmd\": " + quoted(name) + ", \"params\": " + parameters + "}");
    }

    /** {@return the console messages since the last call: a JSON array} */
    String console() throws Exception {
        String answer = post("/" + session + "/se/log", "{\"type\": \"browser\"}");
        return answer.substring(answer.indexOf('['), answer.lastIndexOf(']') + 1);
    }

    /** Runs a script in the page; its result is a string. */
    String run(String script) throws Exception {
        return field(post("/" + session + "/execute/sync",
                "{\"script\": " + quoted(script) + ", \"args\": []}"), "value");
    }

    /** Runs a script that calls {@code done} with a string. */
    String await(String script) throws Exception {
        return field(post("/" + session + "/execute/async", "{\"script\": "
                + quoted("const done = arguments[arguments.length - 1];" + script) + ", \"args\": []}"), "value");
    }

    /** The text of the first element that a CSS selector finds. */
    String text(String selector) throws Exception {
        return run("return document.querySelector(" + quoted(selector) + ")?.textContent ?? 'no such element'");
    }

    /** Types, or chooses a file for an upload. */
    void type(String selector, String keys) throws Exception {
        post("/" + session + "/element/" + element(selector) + "/value", "{\"text\": " + quoted(keys) + "}");
    }

    void click(String selector) throws Exception {
        post("/" + session + "/element/" + element(selector) + "/click", "{}");
    }

    private String element(String selector) throws Exception {
        return field(post("/" + session + "/element",
                "{\"using\": \"css selector\", \"value\": " + quoted(selector) + "}"),
                "element-6066-11e4-a52e-4f735466cecf");
    }

    private String post(String path, String json) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(HttpRequest.newBuilder(URI.create(server + path))
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)).build(),
                BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError("WebDriver: " + response.body());
        }
        return response.body();
    }

    private static String field(String json, String name) {
        Matcher value = Pattern.compile(quoted(name) + "\\s*:\\s*" + STRING).matcher(json);
        if (!value.find()) {
            throw new AssertionError("no string " + name + " in " + json);
        }
        StringBuilder text = new StringBuilder();
        String raw = value.group(1);
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            c = raw.charAt(++i);
            switch (c) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'u' -> {
                    text.append((char) Integer.parseInt(raw.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> text.append(c);
            }
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    @Override
    public void close() {
        try {
            if (session != null) {
                http.send(HttpRequest.newBuilder(URI.create(server + "/" + session)).DELETE().build(),
                        BodyHandlers.discarding());
            }
        } catch (IOException ignored) { // it ends with its driver anyway
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            driver.close();
            http.close();
        }
    }
}
