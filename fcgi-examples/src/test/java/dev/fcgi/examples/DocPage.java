package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A page of the documentation: what its readers type, commands and snippets. Tests get each by the words it begins with or
 * has; {@link PagesTest} sees that none is left out.
 */
final class DocPage {
    /** A fence with a language and lines, or lines indented by four after an empty one. */
    private static final Pattern BLOCK = Pattern.compile(
            "(?m)^```(?<language>\\w+)\\n(?<snippet>(?s:.*?))^```$|(?<=\\n\\n)(?<commands>(?: {4}.*\\n|\\n(?= {4}))+)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {4}(?:.*\\\\\\n)*.*$");

    /** The language is empty for a command. */
    record Block(String language, String text) {
        boolean isCommand() {
            return language.isEmpty();
        }
    }

    private final String name;
    private final String text;

    private DocPage(String name, String text) {
        this.name = name;
        this.text = text;
    }

    /** Reads a page by its path from the top of the sources. */
    static DocPage of(String name) {
        try {
            return new DocPage(name, Files.readString(Installed.sources().resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text() {
        return text;
    }

    List<Block> blocks() {
        return BLOCK.matcher(text).results().<Block>mapMulti((match, to) -> {
            if (match.group("language") != null) {
                to.accept(new Block(match.group("language"), match.group("snippet")));
                return;
            }
            COMMAND.matcher(match.group("commands")).results().map(command -> command.group().strip())
                    .filter(command -> !command.isEmpty()).forEach(command -> to.accept(new Block("", command)));
        }).toList();
    }

    /** {@return the one command that begins with these words, or is just these} */
    String command(String start) {
        return one(start, commands(start)).text;
    }

    /** {@return the one snippet that has these words} */
    String snippet(String part) {
        return one(part, snippets(part)).text;
    }

    List<Block> commands(String start) {
        List<Block> found = blocks().stream().filter(block -> block.isCommand() && block.text.startsWith(start)).toList();
        List<Block> exact = found.stream().filter(block -> block.text.equals(start)).toList();
        return exact.isEmpty() ? found : exact;
    }

    List<Block> snippets(String part) {
        return blocks().stream().filter(block -> !block.isCommand() && block.text.contains(part)).toList();
    }

    private Block one(String words, List<Block> found) {
        assertEquals(1, found.size(), name + ": " + words);
        return found.get(0);
    }
}
