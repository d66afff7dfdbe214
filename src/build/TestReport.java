import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says on the console how many tests a module has run, and which were skipped and why, a line for each reason. The build
 * runs it as {@code java TestReport.java REPORTS MODULE START}: it reads the reports in a directory that are newer than
 * the start of the build.
 */
class TestReport {
    private static final Pattern TEST = Pattern.compile("<testcase [^>]*?classname=\"(?:[\\w.$]*\\.)?(\\w+)[^>]*>\\s*"
            + "(<skipped(?: message=\"([^\"]*)\")?[^>]*>(?:<!\\[CDATA\\[[\\w.$]+: (?:Assumption failed: )?([^\\n]*))?)?");

    private static final class Skipped {
        private final Set<String> classes = new TreeSet<>();
        private int tests;
    }

    private final Map<String, Skipped> reasons = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int tests;
    private int skipped;

    public static void main(String[] args) throws IOException {
        Path reports = Path.of(args[0]);
        Instant start = Instant.parse(args[2]);
        if (Files.isDirectory(reports)) {
            TestReport report = new TestReport();
            try (Stream<Path> files = Files.list(reports)) {
                for (Path file : files.filter(name -> name.getFileName().toString().matches("TEST-.*\\.xml")).toList()) {
                    if (!Files.getLastModifiedTime(file).toInstant().isBefore(start)) {
                        report.add(Files.readString(file));
                    }
                }
            }
            report.print(args[1]);
        }
    }

    private void add(String report) {
        for (Matcher test = TEST.matcher(report); test.find(); tests++) {
            if (test.group(2) != null) {
                skipped++;
                String why = test.group(4) == null ? "" + test.group(3) : test.group(4);
                for (String reason : why.split("; ")) { // several things may be missing
                    Skipped one = reasons.computeIfAbsent(reason, unused -> new Skipped());
                    one.classes.add(test.group(1));
                    one.tests++;
                }
            }
        }
    }

    private void print(String module) {
        if (tests > 0) {
            System.out.println(module + ": " + count(tests - skipped) + (skipped > 0 ? ", " + skipped + " skipped" : ""));
            reasons.forEach((reason, some) -> System.out.println(
                    "skipped, " + reason + ": " + count(some.tests) + " of " + String.join(", ", some.classes)));
        }
    }

    private static String count(int tests) {
        return tests + (tests == 1 ? " test" : " tests");
    }
}
