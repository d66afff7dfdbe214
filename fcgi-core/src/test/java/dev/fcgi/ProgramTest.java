package dev.fcgi;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** Base of tests that each start a program, which is ended afterwards. */
abstract class ProgramTest extends ServerTest {
    private final Class<?> program;
    Process process;

    ProgramTest(Class<?> program) {
        this.program = program;
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    /** Its standard error. */
    Path errors() {
        return directory.resolve("stderr");
    }

    void launch(Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = Fork.java(program, List.of("-XX:TieredStopAtLevel=1"), arguments);
        builder.environment().putAll(environment);
        process = builder.redirectError(errors().toFile()).start();
    }

    /** Connects to it as soon as it listens. */
    ScriptedPeer connect(SocketAddress address) throws Exception {
        until("the program listens", () -> {
            try (SocketChannel probe = SocketChannel.open(address)) {
                return probe.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
        return peer(address);
    }
}
