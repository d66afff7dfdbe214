package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** fcgi of the image against playground of the image. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CliIT {
    @TempDir
    Path directory;

    private Child fcgi(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Image.program("fcgi")));
        command.addAll(List.of(arguments));
        return Child.start(directory, Map.of(), command.toArray(String[]::new));
    }

    private String output(int status, String... arguments) throws Exception {
        try (Child child = fcgi(arguments)) {
            assertEquals(status, child.exitStatus(), child.stderr());
            assertEquals("", child.stderr());
            return child.stdout();
        }
    }

    @Test
    void callValuesPingAndLoad() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address)) {
            assertEquals("hello\n", output(0, "call", address, "/hello"));
            assertEquals("not found\n", output(22, "call", address, "/none", "--fail"));
            assertTrue(output(0, "call", address, "/echo", "-d", "a=1", "--json").contains("\"body\":\"a=1\""));
            assertTrue(output(0, "values", address).contains("FCGI_MPXS_CONNS=1\n"));
            assertTrue(output(0, "ping", address, "--path", "/hello").startsWith("/hello: ok, "));
            String report = output(0, "load", address, "/hello", "-d", "1", "-w", "0", "-q", "-m", "2");
            assertTrue(report.endsWith("errors: none\n"), report);
            assertEquals(0, playground.stop());
        }
    }

    @Test
    void noServer() throws Exception {
        try (Child child = fcgi("call", "unix:" + directory.resolve("none"), "/")) {
            assertEquals(3, child.exitStatus());
            assertEquals("", child.stdout());
            assertTrue(child.stderr().matches("fcgi call: cannot connect to unix:.*\n"), child.stderr());
        }
    }

    @Test
    void helpVersionAndCompletion() throws Exception {
        assertTrue(output(0, "--help").contains("Exit status:"));
        assertTrue(output(0, "--version").matches("fcgi \\d.*, Java \\d.*\n"));
        assertTrue(output(0, "completion").startsWith("#!/usr/bin/env bash"));
    }
}
