package dev.fcgi.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM holds, as seen from outside: threads of both kinds, descriptors, objects of this library on the heap after
 * a collection, and the total size of all objects.
 */
record Snapshot(List<String> threads, List<String> descriptors, Map<String, Long> objects, long heap) {
    private static final Pattern INSTANCES = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+).*");
    /** Threads of the JDK, whose number varies. */
    private static final Pattern OF_THE_JDK =
            Pattern.compile("ForkJoinPool-\\d+-.*|JFR .*|Attach Listener|.*[pP]oller.*|C[12] .*|process reaper.*|.*-?unblocker");

    static Snapshot of(long pid, Path directory) throws IOException, InterruptedException {
        tool("jcmd", "" + pid, "GC.class_histogram"); // what becomes unreachable by a first collection goes at the next
        String histogram = tool("jcmd", "" + pid, "GC.class_histogram");
        Path dump = directory.resolve("threads");
        tool("jcmd", "" + pid, "Thread.dump_to_file", "-overwrite", dump.toString());
        Map<String, Long> objects = new TreeMap<>();
        long heap = 0;
        for (String line : histogram.lines().toList()) {
            Matcher row = INSTANCES.matcher(line);
            if (row.matches() && row.group(3).startsWith("dev.fcgi.") && !row.group(3).contains("$$Lambda")) {
                objects.put(row.group(3), Long.parseLong(row.group(1)));
            }
            Matcher total = TOTAL.matcher(line);
            heap = total.matches() ? Long.parseLong(total.group(1)) : heap;
        }
        return new Snapshot(threads(Files.readString(dump)), descriptors(pid), objects, heap);
    }

    /** Runs a tool of the JDK that runs this test; returns what it prints. */
    static String tool(String name, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(command + ": " + output);
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Each thread with the frame that it is in, of the dump's text. */
    private static List<String> threads(String dump) {
        List<String> threads = new ArrayList<>();
        for (String block : dump.split("\n(?=#\\d+ )")) {
            Matcher header = Pattern.compile("#\\d+ \"([^\"]*)\"( virtual)?").matcher(block);
            if (header.lookingAt() && !OF_THE_JDK.matcher(header.group(1)).matches()) {
                String ours = block.lines().filter(line -> line.contains("dev.fcgi.")).findFirst().orElse("").strip();
                String kind = header.group(2) == null ? "platform" : "virtual";
                threads.add(kind + " " + header.group(1) + " " + ours);
            }
        }
        threads.sort(null);
        return threads;
    }

    private static List<String> descriptors(long pid) throws IOException {
        List<String> links = new ArrayList<>();
        try (var entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path entry : entries.toList()) {
                // sockets and pipes have a number that is never the same, and the flight recorder now and then a new file
                links.add(Files.readSymbolicLink(entry).toString().replaceAll(":\\[\\d+]$", "")
                        .replaceAll("/[\\d_]+\\.jfr$", "/chunk.jfr"));
            }
        }
        links.sort(null);
        return links;
    }
}
