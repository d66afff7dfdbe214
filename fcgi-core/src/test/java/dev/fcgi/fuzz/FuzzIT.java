package dev.fcgi.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.LongRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs Jazzer on each target, starting from the seeds and guided by coverage of the library: one target for a second;
 * with {@code -Dfcgi.long} all of them for a quarter of a minute each; or for any time, also for one target:
 *
 * <pre>
 * ./mvnw verify -pl fcgi-core -Dtest=FuzzSeedsTest -Dit.test=FuzzIT -Dfuzz.seconds=600 -Dfuzz.target=SERVER
 * </pre>
 *
 * <p>Inputs that a run has found interesting are kept in {@code target/fuzz} for the next one. An input that makes a
 * target fail is printed as a line for a seed file.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FuzzIT {
    /** For all targets together; starting a JVM with Jazzer takes a few more seconds of processor time. */
    private static final long SECONDS = LongRun.seconds("fuzz.seconds", 1, 100);
    private static final String TARGET = System.getProperty("fuzz.target", SECONDS > 1 ? "" : "SERVER");
    private static final Path DIRECTORY = Path.of(System.getProperty("fcgi.fuzz", "target/fuzz"));
    private static final Path REPORTS = Path.of(System.getProperty("fcgi.reports", "target/reliability"));

    private static final Map<FuzzTarget, String> RESULTS = new ConcurrentSkipListMap<>();
    private static final AtomicLong INPUTS = new AtomicLong();

    @AfterAll
    static void report() throws IOException {
        List<String> report = new ArrayList<>(RESULTS.values());
        report.add(0, "Fuzzing: hostile bytes, by Jazzer on JDK " + Runtime.version().feature());
        report.add(String.format("%-10s %,12d inputs", "all", INPUTS.get()));
        report.forEach(System.out::println);
        Files.createDirectories(REPORTS);
        Files.write(REPORTS.resolve("FuzzIT.txt"), report);
    }

    @Execution(ExecutionMode.CONCURRENT) // a JVM with one thread for each
    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void fuzz(FuzzTarget target) throws Exception {
        assumeTrue(TARGET.isEmpty() || target.name().equals(TARGET), "only with -Dfcgi.long");
        long seconds = Math.max(1, TARGET.isEmpty() ? SECONDS / FuzzTarget.values().length : SECONDS);
        Path directory = Files.createDirectories(DIRECTORY.resolve(target.name().toLowerCase()));
        Path log = directory.resolve("log.txt");
        Process process = start(target, directory, seconds, log);
        try {
            assertTrue(process.waitFor(seconds + 90, TimeUnit.SECONDS), () -> stuck(process, log));
        } finally {
            process.destroyForcibly().waitFor();
        }
        String output = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertEquals(0, process.exitValue(), () -> finding(target, output));
        long count = number(output, "stat::number_of_executed_units:\\s+(\\d+)");
        INPUTS.addAndGet(count);
        RESULTS.put(target, String.format("%-10s %,12d inputs in %d s, %d edges, nothing found",
                target, count, seconds, number(output, "DONE\\s+cov: (\\d+)")));
    }

    private static Process start(FuzzTarget target, Path directory, long seconds, Path log) throws Exception {
        Path corpus = Files.createDirectories(directory.resolve("corpus"));
        Path seeds = Files.createDirectories(directory.resolve("seeds"));
        for (Map.Entry<String, byte[]> seed : target.seeds().entrySet()) {
            Files.write(seeds.resolve(seed.getKey()), seed.getValue());
        }
        String separator = System.getProperty("path.separator");
        String classes = String.join(separator, System.getProperty("fcgi.classes"),
                FuzzTarget.resources().resolve("../../..").normalize().toString(),
                jar("com.code_intelligence.jazzer.Jazzer"), jar("com.code_intelligence.jazzer.api.FuzzedDataProvider"));
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "-XX:+IgnoreUnrecognizedVMOptions", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-XX:+EnableDynamicAgentLoading", "-cp", classes,
                "com.code_intelligence.jazzer.Jazzer", "--target_class=" + target.className(),
                "--instrumentation_includes=dev.fcgi.**", "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.**",
                "--reproducer_path=" + directory, "-artifact_prefix=" + directory + "/",
                "-max_total_time=" + seconds, "-max_len=" + target.maxLength(), "-timeout=30", "-print_final_stats=1",
                corpus.toString(), seeds.toString())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** What the process was about, with its threads, which it prints when it is asked. */
    private static String stuck(Process process, Path log) {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -QUIT " + process.pid()).start().waitFor();
            process.waitFor(5, TimeUnit.SECONDS); // prints
            String output = Files.readString(log, StandardCharsets.ISO_8859_1);
            return "does not end: " + output.substring(Math.max(0, output.length() - 20_000));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String jar(String className) throws ClassNotFoundException, URISyntaxException {
        return Path.of(Class.forName(className, false, FuzzIT.class.getClassLoader())
                .getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    private static long number(String output, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        assertTrue(matcher.find(), () -> "no " + pattern + " in " + output);
        return Long.parseLong(matcher.group(1));
    }

    /** The input as a seed has it, and the end of the log. */
    private static String finding(FuzzTarget target, String output) {
        Matcher file = Pattern.compile("Test unit written to (\\S+)").matcher(output);
        String seed = file.find() ? hex(Path.of(file.group(1))) : "no input was told";
        int start = Math.max(0, Math.max(output.indexOf("== Java Exception"), output.length() - 6000));
        return target + " fails, the input as a seed:\nhex " + seed + "\n" + output.substring(start);
    }

    private static String hex(Path file) {
        try {
            return HexFormat.ofDelimiter(" ").formatHex(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
