package dev.fcgi.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.Fork;
import dev.fcgi.LongRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mixed traffic with aborts, closes and slow peers at random, in a JVM of its own: every request ends once, as planned,
 * and afterwards the JVM has no thread, no descriptor, no request and no buffer more than before.
 *
 * <p>It runs for 3 seconds on one carrier thread; with {@code -Dfcgi.long} for 15 seconds, and once more on as many as
 * there are processors; with {@code -Dsoak.seconds=600} for ten minutes. {@code -Dsoak.seed=...} repeats the choices of
 * a run that failed.
 */
final class SoakTest {
    private static final int SECONDS = LongRun.seconds("soak.seconds", 3, 15);
    private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
    /** What the JDK itself may keep more than before, in caches of all kinds. */
    private static final long HEAP_SLACK = 3 * 1024 * 1024;

    /**
     * What may block a carrier inside the JDK: class loading; a monitor of a class of the JDK, while a thread starts or
     * an event is written, which cannot be preempted; the lock around the interrupt flag of a virtual thread, when one
     * thread reads the flag that another sets; and the lock of the flight recorder while it replaces the buffer of a
     * thread that writes an event, below generated code.
     */
    private static final Pattern OF_THE_JDK = Pattern.compile("ClassLoader|<clinit>|initialization of"
            + "|\"Contended monitor enter\"[^\\[]*stackTrace = \\[\\s+(java|jdk|sun)\\."
            + "|stackTrace = \\[\\s+(java\\.lang\\.VirtualThread\\.getAndClearInterrupt"
            + "|dev\\.fcgi\\.internal\\.jfr\\.\\w+Record\\.commit)\\(\\)");

    @TempDir
    Path directory;
    private final List<String> output = new ArrayList<>();

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS) // the program has its own limits
    void everyRequestEndsOnceAndNothingIsLeft() throws Exception {
        assumeTrue(LongRun.isLong() || SECONDS > 3, "only with -Dfcgi.long");
        soak("carriers as many as processors");
    }

    /** A blocked carrier thread blocks everything, so nothing can hide it. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void onOneCarrierThread() throws Exception {
        soak("one carrier thread", "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1");
    }

    private void soak(String title, String... moreOptions) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc");
        Path recording = directory.resolve("recording.jfr");
        Path logging = Files.writeString(directory.resolve("logging.properties"),
                "handlers=java.util.logging.ConsoleHandler\n.level=SEVERE\n"); // handlers fail all the time
        List<String> options = new ArrayList<>(List.of("-Xmx512m", "-Djdk.trackAllThreads=true",
                "-XX:StartFlightRecording:name=warm-up,settings=none", // what is made once for a recorder is there before
                "-Djava.util.logging.config.file=" + logging));
        options.addAll(List.of(moreOptions));
        Process process = Fork.java(SoakProgram.class, options, directory.toString(), "" + SECONDS, "" + SEED)
                .redirectErrorStream(true).start();
        try (BufferedReader lines = process.inputReader()) {
            awaitIdle(lines);
            String pid = "" + process.pid();
            Snapshot.tool("jcmd", pid, "JFR.start", "name=soak", "settings=none", "+jdk.VirtualThreadPinned#enabled=true",
                    "+jdk.VirtualThreadPinned#threshold=0ms", "+jdk.VirtualThreadPinned#stackTrace=true");
            Snapshot before = Snapshot.of(process.pid(), directory);
            goOn(process);
            awaitIdle(lines);
            Snapshot after = Snapshot.of(process.pid(), directory);
            compare(before, after);
            Snapshot.tool("jcmd", pid, "JFR.stop", "name=soak", "filename=" + recording);
            goOn(process);
            lines.lines().forEach(output::add);
            assertEquals(0, process.waitFor(), this::describe);
            assertEquals(List.of(), pinned(recording), this::describe);
            report(title, after);
        } finally {
            process.destroyForcibly();
            System.out.println(describe());
        }
    }

    private void awaitIdle(BufferedReader lines) throws IOException {
        for (String line; !"idle".equals(line = lines.readLine()); output.add(line)) {
            assertTrue(line != null, this::describe);
        }
    }

    private static void goOn(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    private void compare(Snapshot before, Snapshot after) {
        assertEquals(List.of(), output.stream().filter(line -> line.matches("VIOLATION.*|SEVERE.*")).toList(),
                this::describe);
        assertEquals(before.threads(), after.threads(), this::describe);
        assertEquals(before.descriptors(), after.descriptors(), this::describe);
        assertEquals(Map.of(), more(before.objects(), after.objects()), this::describe);
        assertTrue(after.heap() <= before.heap() + HEAP_SLACK,
                () -> after.heap() + " bytes on the heap, before " + before.heap() + describe());
    }

    private static Map<String, String> more(Map<String, Long> before, Map<String, Long> after) {
        Map<String, String> more = new TreeMap<>();
        after.forEach((type, count) -> {
            long had = before.getOrDefault(type, 0L);
            if (count > had) {
                more.put(type, had + " before, " + count + " after");
            }
        });
        return more;
    }

    /** Virtual threads that blocked their carriers, whether for long or not. */
    private static List<String> pinned(Path recording) throws Exception {
        String events = Snapshot.tool("jfr", "print", "--stack-depth", "64", "--events", "jdk.VirtualThreadPinned",
                recording.toString());
        assertTrue(events.contains("PinnedOnPurpose.<clinit>"), () -> "pinned threads are not recorded: " + events);
        return Arrays.stream(events.split("(?=jdk.VirtualThreadPinned)"))
                .filter(event -> event.startsWith("jdk.") && !OF_THE_JDK.matcher(event).find()).toList();
    }

    /** The last line of what the program says, in a file for people. */
    private void report(String title, Snapshot after) {
        String summary = output.stream().filter(line -> line.startsWith("soak: ")).collect(Collectors.joining());
        try {
            Path reports = Files.createDirectories(Path.of("target/reliability"));
            Files.writeString(reports.resolve("SoakTest.txt"), summary + ", nothing left over, nothing pinned, JDK "
                    + Runtime.version().feature() + ", " + title + ", seed " + SEED + "\n",
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String describe() {
        return "\nsoak.seed=" + SEED + "\n" + String.join("\n", output);
    }
}
