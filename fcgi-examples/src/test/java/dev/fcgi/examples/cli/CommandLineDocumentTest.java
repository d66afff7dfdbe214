package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/command-line.md has every command, every option and every exit status that the tool has, and no others. */
final class CommandLineDocumentTest {
    private static final Pattern OPTION = Pattern.compile("(?<![-\\w])(--?[a-zA-Z][-a-z]*)");
    private static final Pattern COMMAND = Pattern.compile("\n## `fcgi ([a-z]+)`.*\n(?s:(.*?))(?=\n## )");

    private static String document() throws Exception {
        return Files.readString(Path.of("../docs/command-line.md"));
    }

    private static Set<String> options(String text) {
        return OPTION.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those at the start of the lines that explain them. */
    private static Set<String> optionsOf(String command) {
        return Run.of(command, "--help").out().lines()
                .map(line -> line.replace("--[no-]", "--no-").strip())
                .filter(line -> line.startsWith("-"))
                .flatMap(line -> Stream.of(line.split(",? +")).takeWhile(word -> word.startsWith("-")))
                .flatMap(word -> options(word).stream().limit(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyCommandWithItsOptions() throws Exception {
        String text = document();
        String shared = text.substring(text.indexOf("\n## What all"), text.indexOf("\n## `fcgi call"));
        Set<String> commands = new TreeSet<>();
        for (MatchResult section : COMMAND.matcher(text).results().toList()) {
            String command = section.group(1);
            commands.add(command);
            Set<String> real = optionsOf(command);
            Set<String> told = options(section.group(2).replaceAll("'[^'\n]*'", "")); // those in quotes are of others
            Set<String> missing = new TreeSet<>(real);
            missing.removeAll(told);
            missing.removeAll(options(shared));
            assertEquals(Set.of(), missing, command + ": not in the document");
            told.removeAll(real);
            assertEquals(Set.of(), told, command + ": in the document only");
        }
        assertEquals(Set.of("call", "check", "front", "load", "ping", "top", "values"), commands);
        assertTrue(text.contains("fcgi completion"));
    }

    @Test
    void everyExitStatus() throws Exception {
        String help = Run.of("--help").out();
        Set<String> statuses = Pattern.compile("(?m)^ +(\\d+)  (.*)$").matcher(help).results()
                .map(status -> "| " + status.group(1) + " | " + status.group(2) + " |")
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(9, statuses.size(), statuses::toString);
        String text = document().replace("`", "");
        for (String status : statuses) {
            assertTrue(text.contains(status), status);
        }
    }
}
