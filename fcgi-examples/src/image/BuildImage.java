import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Links the run-time image. The build runs it as
 * {@code java BuildImage.java IMAGE MODULE_PATH MODULE "name=main.Class[ server| untrained],..."}.
 *
 * <p>Beyond what jlink does, it writes a launcher for each name, and a class data archive of
 * exactly the classes that these programs load up to their first answers. Such an archive is
 * smaller than the one {@code jlink --generate-cds-archive} makes and starts the programs faster.
 */
class BuildImage {
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final Path SOURCES = Path.of("src/image");
    private static final boolean JDK_25 = Runtime.version().feature() >= 25;
    /** What the compiler has allocated goes back to the system when it has nothing to do; a matter of glibc. */
    private static final String TRIM = JDK_25 && System.getProperty("os.name").equals("Linux")
            ? "-XX:TrimNativeHeapInterval=2000" : "";
    private static final String CHANGES_NOTHING = "-XX:+UseCompressedOops";
    /** Where the JDK has them, they make every object smaller. */
    private static final String HEADERS = JDK_25 ? "-XX:+UseCompactObjectHeaders" : CHANGES_NOTHING;
    /**
     * Where the JDK can, the archive's classes are loaded and linked before a program starts. The archive is of no use
     * then to a program that is given other modules (--add-modules, --add-opens).
     */
    private static final String LINKING = JDK_25 ? "-XX:+AOTClassLinking" : CHANGES_NOTHING;

    private final Path image;
    private final String modulePath;
    private final String module;
    private final Map<String, String> launchers = new LinkedHashMap<>();
    private final Map<String, String> kinds = new HashMap<>();

    private BuildImage(String[] args) {
        image = Path.of(args[0]);
        modulePath = args[1];
        module = args[2];
        for (String launcher : args[3].split(",")) {
            String[] words = launcher.strip().split("[= ]", 3);
            launchers.put(words[0], words[1]);
            kinds.put(words[0], words.length > 2 ? words[2] : "");
        }
    }

    public static void main(String[] args) throws Exception {
        BuildImage build = new BuildImage(args);
        Path stamp = build.image.resolveSibling("image.sha256");
        String inputs = build.inputs();
        if (Files.exists(stamp) && Files.readString(stamp).equals(inputs)) {
            return;
        }
        Files.deleteIfExists(stamp);
        build.link();
        build.writeLaunchers();
        build.archiveClasses();
        Files.writeString(stamp, inputs);
    }

    /** Hash of all that the image is made from: when it is the same, so is the image. */
    private String inputs() throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update((image + modulePath + module + launchers + kinds + JAVA_HOME).getBytes(UTF_8));
        sha.update(Files.readAllBytes(JAVA_HOME.resolve("release")));
        for (String root : (SOURCES + File.pathSeparator + modulePath).split(File.pathSeparator)) {
            try (var files = Files.walk(Path.of(root))) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    sha.update(file.toString().getBytes(UTF_8));
                    sha.update(Files.readAllBytes(file));
                }
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private void link() throws Exception {
        delete(image); // jlink wants to make the directory itself
        run(JAVA_HOME.resolve("bin/jlink").toString(),
                "--module-path", namedModules(), "--add-modules", module, "--output", image.toString(),
                "--compress", "zip-6", "--no-header-files", "--no-man-pages",
                "--strip-java-debug-attributes");
    }

    /** The module path, with copies that have a descriptor in place of jars that have none: jlink takes no others. */
    private String namedModules() throws Exception {
        List<String> named = new ArrayList<>();
        for (String entry : modulePath.split(File.pathSeparator)) {
            ModuleReference found = ModuleFinder.of(Path.of(entry)).findAll().iterator().next();
            named.add(found.descriptor().isAutomatic() ? describe(Path.of(entry), found.descriptor().name()) : entry);
        }
        return String.join(File.pathSeparator, named);
    }

    /** Adds a descriptor to a copy of a jar: what it uses is required, all its packages are exported. */
    private String describe(Path jar, String name) throws Exception {
        Path work = image.resolveSibling("image-modules").resolve(name);
        delete(work);
        Path copy = Files.copy(jar, Files.createDirectories(work).resolve(jar.getFileName()));
        tool("jdeps", "--module-path", modulePath, "--multi-release", "base", "--generate-module-info",
                work.toString(), jar.toString());
        try (var files = Files.walk(work.resolve(name))) {
            Path source = files.filter(file -> file.endsWith("module-info.java")).findFirst().orElseThrow();
            tool("javac", "--module-path", modulePath, "--patch-module", name + "=" + jar, "-d", work.toString(),
                    source.toString());
        }
        tool("jar", "--update", "--file", copy.toString(), "-C", work.toString(), "module-info.class");
        return copy.toString();
    }

    private void writeLaunchers() throws IOException {
        String template = Files.readString(SOURCES.resolve("launcher.sh"));
        for (var launcher : launchers.entrySet()) {
            Path script = image.resolve("bin").resolve(launcher.getKey());
            Files.writeString(script, template.replace("@MAIN@", module + "/" + launcher.getValue())
                    .replace("@HEADERS@", HEADERS).replace("@TRIM@", TRIM));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private void archiveClasses() throws Exception {
        Path directory = Files.createTempDirectory("fcgi-image");
        try {
            Set<String> classes = new LinkedHashSet<>();
            for (String launcher : launchers.keySet()) {
                if (kinds.get(launcher).equals("untrained")) {
                    continue; // what it has of its own would cost more megabytes than it saves seconds
                }
                train(launcher, directory);
                for (String line : Files.readAllLines(directory.resolve("classes"))) {
                    // The numbers are of one run, and only user-defined loaders ("source:") need them.
                    if (!line.startsWith("#") && !line.contains(" source: ")) {
                        classes.add(line.replaceFirst(" id: \\d+", ""));
                    }
                }
            }
            Path list = Files.write(directory.resolve("all"), classes);
            // Only G1 writes heap objects to the archive; every collector but ZGC can read them.
            // -m: with the main module known, the archive also holds the resolved module graph.
            // The names are those that the JVM looks for.
            String archive = JDK_25 ? "classes_coh.jsa" : "classes.jsa";
            run(image.resolve("bin/java").toString(),
                    "-Xshare:dump", HEADERS, LINKING, "-XX:+UseG1GC", "-Xlog:disable", "-Xlog:all=error:stderr",
                    "-XX:SharedClassListFile=" + list,
                    "-XX:SharedArchiveFile=" + image.resolve("lib/server").resolve(archive),
                    "-m", module + "/" + launchers.values().iterator().next());
        } finally {
            delete(directory);
        }
    }

    /**
     * Runs a program until it has ended by itself or, a server, until it has answered; it leaves a list of its classes.
     * A server takes an address, prints READY and answers /hello and /echo; others run as plain CGI.
     */
    private void train(String launcher, Path directory) throws Exception {
        Path socket = directory.resolve("socket");
        ProcessBuilder builder = new ProcessBuilder(image.resolve("bin").resolve(launcher).toString());
        if (kinds.get(launcher).equals("server")) {
            builder.command().add("unix:" + socket);
        }
        builder.directory(directory.toFile());
        builder.environment().put("FCGI_JAVA_OPTS", "-Xshare:off -XX:DumpLoadedClassList=classes");
        builder.redirectInput(new File("/dev/null")).redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        try (BufferedReader output = process.inputReader()) {
            CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
            String line = output.readLine();
            while (line != null && !line.equals("READY")) {
                line = output.readLine();
            }
            if (line == null) {
                check(process.waitFor() == 0, launcher + " failed");
                return;
            }
            for (String path : List.of("/hello", "/echo")) {
                check(ask(socket, path) > 16, launcher + " did not answer " + path);
            }
            process.destroy();
            check(process.waitFor() != 137, launcher + " did not stop");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Sends one request and returns the length of the answer. */
    private static int ask(Path socket, String path) throws IOException {
        String body = "hello=world";
        ByteArrayOutputStream params = new ByteArrayOutputStream();
        Map.of("GATEWAY_INTERFACE", "CGI/1.1", "SERVER_PROTOCOL", "HTTP/1.1", "REQUEST_METHOD", "POST",
                "SCRIPT_NAME", path, "REQUEST_URI", path + "?a=b", "QUERY_STRING", "a=b",
                "CONTENT_LENGTH", "" + body.length()).forEach((name, value) -> {
                    params.write(name.length());
                    params.write(value.length());
                    params.writeBytes((name + value).getBytes(UTF_8));
                });
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        record(request, 1, new byte[] {0, 1, 0, 0, 0, 0, 0, 0}); // BEGIN_REQUEST: responder, close
        record(request, 4, params.toByteArray());
        record(request, 4, new byte[0]);
        record(request, 5, body.getBytes(UTF_8));
        record(request, 5, new byte[0]);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(request.toByteArray()));
            ByteBuffer answer = ByteBuffer.allocate(8192);
            while (channel.read(answer) > 0) {
                // to the end
            }
            return answer.position();
        }
    }

    private static void record(ByteArrayOutputStream out, int type, byte[] content) {
        out.writeBytes(new byte[] {1, (byte) type, 0, 1, (byte) (content.length >> 8), (byte) content.length, 0, 0});
        out.writeBytes(content);
    }

    /** Shows the output of a command only when it fails. */
    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        check(process.waitFor() == 0, String.join(" ", command) + "\n" + output);
    }

    private static void tool(String name, String... args) {
        StringWriter output = new StringWriter();
        PrintWriter out = new PrintWriter(output);
        int status = ToolProvider.findFirst(name).orElseThrow().run(out, out, args);
        check(status == 0, name + " " + String.join(" ", args) + "\n" + output);
    }

    private static void check(boolean ok, String message) {
        if (!ok) {
            throw new IllegalStateException(message);
        }
    }

    private static void delete(Path root) throws IOException {
        if (Files.exists(root)) {
            try (var files = Files.walk(root)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
