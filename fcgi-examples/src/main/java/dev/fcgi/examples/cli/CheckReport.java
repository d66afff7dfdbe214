package dev.fcgi.examples.cli;

import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The result of {@code fcgi check}, for people and for programs. */
final class CheckReport {
    private final List<Result> results = new ArrayList<>();
    private final String subject;
    private final boolean strict;
    private String stopped;

    CheckReport(String subject, boolean strict) {
        this.subject = subject;
        this.strict = strict;
    }

    void add(Result result) {
        results.add(result);
    }

    /** Records that the run has ended early. */
    void stopped(String why) {
        stopped = why;
    }

    boolean isEmpty() {
        return results.isEmpty();
    }

    boolean isFailure() {
        return stopped != null || results.stream().anyMatch(result -> result.isFailure(strict));
    }

    private double seconds() {
        return results.stream().map(Result::took).reduce(Duration.ZERO, Duration::plus).toMillis() / 1000.0;
    }

    private long count(Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    String summary() {
        return results.size() + " cases in " + seconds() + " s: " + count(Verdict.PASS) + " pass, "
                + count(Verdict.FAIL) + " fail, " + count(Verdict.NON_STRICT) + " non-strict, "
                + count(Verdict.UNIMPLEMENTED) + " unimplemented" + (stopped == null ? "" : "; " + stopped);
    }

    Map<String, Object> toMap() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("subject", subject);
        report.put("stopped", stopped);
        report.put("cases", results.stream().map(CheckReport::toMap).toList());
        return report;
    }

    private static Map<String, Object> toMap(Result result) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("id", result.testCase().id());
        one.put("section", result.testCase().section());
        one.put("level", result.testCase().level());
        one.put("says", result.testCase().says());
        one.put("verdict", result.verdict());
        one.put("message", result.message());
        one.put("ended", result.ended());
        one.put("died", result.died());
        one.put("seconds", result.took().toMillis() / 1000.0);
        one.put("transcript", result.transcript());
        return one;
    }

    /** The report in the format of build servers; a non-strict result passes, unless --strict makes it a failure. */
    String toJUnit() {
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.append("<testsuite").append(attribute("name", "fcgi check " + subject))
                .append(attribute("tests", results.size()))
                .append(attribute("failures", results.stream().filter(one -> one.isFailure(strict)).count()))
                .append(attribute("errors", stopped == null ? 0 : 1))
                .append(attribute("skipped", count(Verdict.UNIMPLEMENTED)))
                .append(attribute("time", seconds())).append(">\n");
        for (Result result : results) {
            toJUnit(result, out);
        }
        if (stopped != null) {
            out.append("  <testcase classname=\"fcgi\" name=\"serves\"><error").append(attribute("message", stopped))
                    .append("/></testcase>\n");
        }
        return out.append("</testsuite>\n").toString();
    }

    private void toJUnit(Result result, StringBuilder out) {
        out.append("  <testcase").append(attribute("classname", "fcgi." + result.testCase().level()))
                .append(attribute("name", result.testCase().id()))
                .append(attribute("time", result.took().toMillis() / 1000.0)).append(">\n");
        if (result.isFailure(strict)) {
            out.append("    <failure").append(attribute("type", result.verdict()))
                    .append(attribute("message", result.message())).append(">")
                    .append(escape("section " + result.testCase().section() + ": " + result.testCase().says()))
                    .append("</failure>\n");
        } else if (result.verdict() == Verdict.UNIMPLEMENTED) {
            out.append("    <skipped").append(attribute("message", result.message())).append("/>\n");
        }
        out.append("    <system-out>").append(escape(result.verdict() + ": " + result.message() + "\n"
                + String.join("\n", result.transcript()))).append("</system-out>\n  </testcase>\n");
    }

    private static String attribute(String name, Object value) {
        return " " + name + "=\"" + escape(value.toString()) + "\"";
    }

    /** Escapes markup, and removes characters that XML does not allow, which can occur in the text of an exception. */
    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replaceAll("[^\\x09\\x0A\\x0D\\x20-\\uD7FF\\uE000-\\uFFFD]", "?");
    }
}
