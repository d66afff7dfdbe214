package dev.fcgi.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The results of a suite, as text for people: {@code .ci/run} prints all reports at its end. Each suite has its own
 * file, which a new run replaces.
 */
final class Report {
    private static final Path DIRECTORY = Path.of(System.getProperty("fcgi.reports", "target/reliability"));

    private final String suite;
    private final List<String> lines = new ArrayList<>();

    /** Begins the report of a suite. */
    Report(Class<?> suite, String title) {
        this.suite = suite.getSimpleName();
        lines.add(title);
    }

    Report line(String line) {
        lines.add(line);
        return this;
    }

    /** Adds rows of cells in columns that are as wide as they must be. */
    Report table(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = IntStream.range(0, columns)
                .map(i -> rows.stream().filter(row -> i < row.size()).mapToInt(row -> row.get(i).length()).max()
                        .orElse(0))
                .toArray();
        for (List<String> row : rows) {
            lines.add(IntStream.range(0, row.size())
                    .mapToObj(i -> row.get(i) + " ".repeat(widths[i] - row.get(i).length()))
                    .collect(Collectors.joining("  "))
                    .stripTrailing());
        }
        return this;
    }

    /** Writes the file. */
    void write() throws IOException {
        Files.createDirectories(DIRECTORY);
        Files.write(DIRECTORY.resolve(suite + ".txt"), lines);
    }
}
