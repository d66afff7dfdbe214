package dev.fcgi.examples;

import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.TestCase;
import dev.fcgi.examples.check.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** docs/conformance.md: generated parts are between comments that name them. */
final class ConformanceDocument {
    private static final Path FILE = Path.of(System.getProperty("fcgi.docs", "../docs"), "conformance.md");

    private ConformanceDocument() {}

    /** {@return a generated part} */
    static String part(String name) throws IOException {
        String text = Files.readString(FILE);
        return text.substring(start(text, name), end(text, name));
    }

    /** Replaces a generated part. */
    static void write(String name, String part) throws IOException {
        String text = Files.readString(FILE);
        Files.writeString(FILE, text.substring(0, start(text, name)) + part + text.substring(end(text, name)));
    }

    private static int start(String text, String name) {
        String comment = "<!-- " + name + " -->\n";
        return text.indexOf(comment) + comment.length();
    }

    private static int end(String text, String name) {
        return text.indexOf("<!-- end of " + name + " -->");
    }

    /** The cases as a table. */
    static String statements(List<? extends TestCase<?>> cases) {
        StringBuilder out = new StringBuilder("| ID | level | what the section says |\n|---|---|---|\n");
        for (TestCase<?> one : cases) {
            out.append("| `").append(one.id()).append("` | ").append(one.level()).append(" | ")
                    .append(one.says().replace("|", "\\|")).append(" |\n");
        }
        return out.toString();
    }

    /** The results: the number of each verdict, and all cases that do not pass everywhere. */
    static String verdicts(List<? extends TestCase<?>> cases, Map<String, List<Result>> results) {
        StringBuilder out = new StringBuilder("| | pass | fail | non-strict | unimplemented |\n|---|---|---|---|---|\n");
        results.forEach((name, found) -> out.append("| ").append(name)
                .append(" | ").append(count(found, Verdict.PASS)).append(" | ").append(count(found, Verdict.FAIL))
                .append(" | ").append(count(found, Verdict.NON_STRICT))
                .append(" | ").append(count(found, Verdict.UNIMPLEMENTED)).append(" |\n"));
        out.append("\n| ID | level | ").append(String.join(" | ", results.keySet().stream()
                .map(name -> name.replaceFirst(" [^ ]*\\d.*", "")).toList())).append(" |\n|---|---|")
                .append("---|".repeat(results.size())).append("\n");
        for (TestCase<?> one : cases) {
            List<String> row = results.values().stream().map(found -> word(found, one.id())).toList();
            if (!row.stream().allMatch(String::isEmpty)) {
                out.append("| `").append(one.id()).append("` | ").append(one.level()).append(" | ")
                        .append(String.join(" | ", row)).append(" |\n");
            }
        }
        return out.toString();
    }

    private static long count(List<Result> results, Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    private static String word(List<Result> results, String id) {
        return results.stream().filter(result -> result.testCase().id().equals(id))
                .map(result -> switch (result.verdict()) {
                    case PASS -> "";
                    case FAIL -> result.died() ? "**fail**, ends" : "**fail**";
                    case NON_STRICT -> result.died() ? "non-strict, ends" : "non-strict";
                    case UNIMPLEMENTED -> "-";
                })
                .collect(Collectors.joining());
    }
}
