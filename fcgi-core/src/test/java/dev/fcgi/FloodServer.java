package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of {@link FloodProgram}. */
final class FloodServer implements AutoCloseable {
    /** The state that the process reports. */
    record State(long heap, int connections, int requests) {}

    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;
    private final Path socket;
    private final Path log;

    /** Starts it with another command, which gets this one as its arguments. */
    FloodServer(Path directory, Path temporary, List<String> options, String... by) throws IOException {
        socket = directory.resolve("s");
        log = directory.resolve("log");
        ProcessBuilder builder = Fork.java(FloodProgram.class, options, socket.toString(), temporary.toString());
        List<String> command = new ArrayList<>(List.of(by));
        command.addAll(builder.command());
        process = builder.command(command).redirectError(log.toFile()).start();
        in = new PrintStream(process.getOutputStream(), true);
        out = process.inputReader();
        String first = out.readLine();
        assertEquals("ready", first, () -> log());
    }

    SocketAddress address() {
        return UnixDomainSocketAddress.of(socket);
    }

    long pid() {
        return process.pid();
    }

    State state() throws IOException {
        in.println();
        String line = out.readLine();
        if (line == null) {
            throw new AssertionError("the server is gone: " + log());
        }
        String[] numbers = line.split(" ");
        return new State(Long.parseLong(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        out.close();
        in.close();
    }
}
