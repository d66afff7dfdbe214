package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program of docs/operations.md, in a directory where the commands of that page are typed. */
final class DeployedApp {
    private final Path directory;
    private final NewUser user;
    private final DocPage page = DocPage.of("docs/operations.md");

    private DeployedApp(Path directory, NewUser user) {
        this.directory = directory;
        this.user = user;
    }

    static DeployedApp install(Path directory) throws Exception {
        DeployedApp app = new DeployedApp(directory, NewUser.in(directory));
        app.user.write("App.java", app.page.snippet("class App "));
        return app;
    }

    /** Before the start: /sleep takes as long as a test needs to look at it, which depends on the machine. */
    void sleepUntilWoken() throws IOException {
        user.write("App.java", WebServer.replace(page.snippet("class App "), "Thread.sleep(3000);",
                "{ while (!java.nio.file.Files.exists(Path.of(\"awake\"))) Thread.sleep(10); }"));
    }

    /** Ends the sleep of all. */
    void wake() throws IOException {
        user.write("awake", "");
    }

    /** Those who come from now on sleep again. */
    void sleepAgain() throws IOException {
        Files.delete(directory.resolve("awake"));
    }

    /** {@return what nginx has for the status page} */
    String location() {
        return page.snippet("location = /status");
    }

    String address() {
        return "unix:" + directory.resolve("app.sock");
    }

    /** {@return how the page calls {@code fcgi top}} */
    String top() throws Exception {
        return output(0, page.command("fcgi top unix"));
    }

    Child type(String command) throws Exception {
        return user.type(command);
    }

    /** Starts the program, and waits until it serves. */
    Child start() throws Exception {
        return start("");
    }

    /**
     * Starts the program, and waits until it serves.
     *
     * @param before commands of the shell that starts it, which end with a semicolon; none if empty
     */
    Child start(String before) throws Exception {
        Child program = type("sh -c '" + before + "exec " + page.command("java -XX") + "'");
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
