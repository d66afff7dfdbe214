package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tool as a whole. */
final class FcgiTest {
    @Test
    void helpTellsCommandsAndExitStatuses() {
        Run run = Run.of("--help");
        assertEquals(0, run.status());
        for (String word : new String[] {"call", "values", "ping", "load", "check", "front", "completion", "cannot connect"}) {
            assertTrue(run.out().contains(word), run.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "values", "ping", "load", "check", "front", "completion"})
    void everyCommandHasHelpWithAnExample(String command) {
        Run run = Run.of(command, "--help");
        assertEquals(0, run.status());
        assertTrue(run.out().contains("Example"), run.out());
        assertTrue(run.out().contains("fcgi " + command), run.out());
        assertEquals("", run.err());
    }

    @Test
    void version() {
        assertTrue(Run.of("--version").out().startsWith("fcgi "));
        assertEquals(0, Run.of("call", "-V").status());
    }

    @Test
    void wrongCommands() {
        assertEquals(new Run(2, "", "fcgi: a command is missing; see fcgi --help\n"), normalized(Run.of()));
        assertEquals(ExitStatus.USAGE, Run.of("cal").status());
        assertTrue(Run.of("cal").error().contains("'cal'"));
    }

    /** Where the output of a command goes: a full device, or a pipe that is not read any more. */
    @ParameterizedTest
    @ValueSource(strings = {"call ADDRESS /", "call ADDRESS / -i", "call ADDRESS / --json", "values ADDRESS",
        "values ADDRESS --json", "ping ADDRESS", "ping ADDRESS --status /s", "load ADDRESS / -t 10ms -w 0 -q",
        "load ADDRESS / -t 10ms -w 0 -q --json", "check ADDRESS 3.3-id-reuse", "front ADDRESS --listen 127.0.0.1:0", "completion", "--help",
        "--version", "call --help"})
    void whatCannotBePrintedIsAFailure(String command) throws IOException {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (TestServer server = TestServer.of(TestServer.saying("Content-Type: text/plain\r\n\r\nhello\n"))) {
            int status = Fcgi.run(Console.of(InputStream.nullInputStream(), full, err),
                    command.replace("ADDRESS", server.address()).split(" "));
            Run run = new Run(status, "", err.toString(StandardCharsets.UTF_8));
            assertEquals(ExitStatus.FAILED, status, run.err());
            assertTrue(run.error().endsWith(": cannot write to standard output: No space left on device"), run.err());
        }
    }

    private static Run normalized(Run run) {
        return new Run(run.status(), run.out(), run.err().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void completion() {
        String script = Run.of("completion").out();
        assertTrue(script.startsWith("#!/usr/bin/env bash"), script);
        assertTrue(script.contains("--connect-timeout"), script);
    }
}
