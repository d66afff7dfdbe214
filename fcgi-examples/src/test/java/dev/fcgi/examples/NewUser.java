package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whoever reads a page and types what it says, in a directory of their own, after {@code ./mvnw install} and with the image. */
final class NewUser {
    private static final Pattern JAR = Pattern.compile("~/(\\.m2/\\S+?\\.jar)");

    /** Where they type. */
    final Path here;
    private final Path home;
    private final List<String> as;

    private NewUser(Path directory, List<String> as) throws IOException {
        this.here = Daemon.open(directory);
        this.home = Daemon.open(directory.resolve("home"));
        this.as = as;
    }

    /** A user without any rights, whoever runs the test. */
    static NewUser unprivileged(Path directory) throws IOException {
        if (!System.getProperty("user.name").equals("root")) {
            return new NewUser(directory, List.of());
        }
        return new NewUser(directory,
                List.of(Peer.SETPRIV.path(), "--reuid", "65534", "--regid", "65534", "--clear-groups"));
    }

    /** The user who runs the test. */
    static NewUser in(Path directory) throws IOException {
        return new NewUser(directory, List.of());
    }

    /** Writes a file as a page has it. */
    void write(String name, String text) throws IOException {
        Files.writeString(here.resolve(name), text);
    }

    /** Starts a command. The jar of the library is where the command wants it, below the home directory. */
    Child type(String command) throws Exception {
        install(command);
        return Child.start(here, environment(), words(command));
    }

    /** Starts a command that serves. */
    Daemon type(String command, Callable<Boolean> serves) throws Exception {
        install(command);
        return Daemon.start(here, environment(), here.resolve("none"), serves, words(command));
    }

    /** {@return what a command prints that ends well} */
    String output(String command) throws Exception {
        try (Child child = type(command)) {
            assertEquals(0, child.exitStatus(), command + ": " + child.stderr());
            return child.stdout();
        }
    }

    private void install(String command) throws Exception {
        Matcher jar = JAR.matcher(command);
        if (jar.find() && !Files.exists(home.resolve(jar.group(1)))) {
            Files.createDirectories(home.resolve(jar.group(1)).getParent());
            Files.copy(Installed.jar(), home.resolve(jar.group(1)));
        }
    }

    private Map<String, String> environment() {
        // The image has a java as well, without a compiler.
        return Map.of("HOME", home.toString(), "PATH", Path.of(System.getProperty("java.home"), "bin") + ":"
                + Image.ROOT.resolve("bin") + ":" + System.getenv("PATH") + ":/usr/sbin");
    }

    private String[] words(String command) {
        return Stream.concat(as.stream(), Stream.of("/bin/sh", "-c", "cd \"$0\" && exec " + command, here.toString()))
                .toArray(String[]::new);
    }
}
