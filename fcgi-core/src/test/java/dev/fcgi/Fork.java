package dev.fcgi;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a main class of the tests in another JVM. */
public final class Fork {
    private Fork() {}

    /** Prepares a process without the environment of this one, with the same classes as this JVM. */
    public static ProcessBuilder java(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(root(FcgiServer.class) + System.getProperty("path.separator") + root(main));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        return builder;
    }

    /** The jar or directory on the class path or, with modules, the patched one, which no property names. */
    private static Path root(Class<?> type) {
        try {
            URI file = type.getResource(type.getSimpleName() + ".class").toURI();
            if (file.getScheme().equals("jar")) {
                return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
            }
            Path root = Path.of(file);
            for (int i = type.getName().split("\\.").length; i > 0; i--) {
                root = root.getParent();
            }
            return root;
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
