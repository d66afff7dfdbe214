package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.FcgiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The program of docs/operations.md, in a directory where the commands of that page are typed. */
final class DeployedApp {
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {4}((?:java|fcgi|goaccess|jfr) .*)$");

    private final Path directory;
    private final String document;

    private DeployedApp(Path directory, String document) {
        this.directory = directory;
        this.document = document;
    }

    static DeployedApp install(Path directory) throws Exception {
        DeployedApp app = new DeployedApp(directory,
                Files.readString(Path.of(System.getProperty("fcgi.docs"), "operations.md")));
        Files.writeString(directory.resolve("App.java"), app.block("java"));
        Path core = Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Files.copy(core, directory.resolve("fcgi-core.jar"));
        return app;
    }

    /** {@return the first block of the page in a language} */
    String block(String language) {
        return block(language, "");
    }

    /** {@return the first block of the page in a language that begins so} */
    String block(String language, String begin) {
        return Pattern.compile("```" + language + "\n(" + Pattern.quote(begin) + ".*?)```", Pattern.DOTALL)
                .matcher(document).results().findFirst().orElseThrow().group(1);
    }

    /** {@return the commands of the page, that which starts the program first} */
    List<String> commands() {
        return COMMAND.matcher(document).results().map(command -> command.group(1)).toList();
    }

    String address() {
        return "unix:" + directory.resolve("app.sock");
    }

    Child type(String command) throws Exception {
        String path = Path.of(System.getProperty("java.home"), "bin") + ":" // the image has a java, too, without a compiler
                + Path.of(Image.program("fcgi")).getParent() + ":" + System.getenv("PATH");
        return Child.start(directory, Map.of("PATH", path), "/bin/sh", "-c", "cd \"$0\" && exec " + command,
                directory.toString());
    }

    /** Starts the program, and waits until it serves. */
    Child start() throws Exception {
        Child program = type(commands().get(0));
        try {
            Await.until("it serves", () -> Files.exists(directory.resolve("status.sock")));
            return program;
        } catch (Throwable e) {
            program.close();
            throw e;
        }
    }

    /** {@return what a command prints, which must end with the status} */
    String output(int status, String command) throws Exception {
        try (Child child = type(command)) {
            assertEquals(status, child.exitStatus(), command + ": " + child.stderr());
            return child.stdout();
        }
    }

    /** {@return the status page in a format} */
    String status(String format) throws Exception {
        return RawConnection.get("unix:" + directory.resolve("status.sock"), "/status", format).body();
    }
}
