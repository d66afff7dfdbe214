package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tool as a whole. */
final class FcgiTest {
    @Test
    void helpTellsCommandsAndExitStatuses() {
        Run run = Run.of("--help");
        assertEquals(0, run.status());
        for (String word : new String[] {"call", "values", "ping", "load", "front", "completion", "cannot connect"}) {
            assertTrue(run.out().contains(word), run.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "values", "ping", "load", "front", "completion"})
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
