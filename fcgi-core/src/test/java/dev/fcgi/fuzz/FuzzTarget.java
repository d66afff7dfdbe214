package dev.fcgi.fuzz;

import dev.fcgi.CgiHead;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A fuzz target: a class with a method {@code fuzzerTestOneInput}, and a directory of seeds of the same name. */
enum FuzzTarget {
    RECORDS("dev.fcgi.internal.wire.RecordReaderFuzz", 4096),
    PAIRS("dev.fcgi.internal.wire.NameValuePairsFuzz", 1024),
    HEAD("dev.fcgi.client.CgiHeadFuzz", 600),
    MULTIPART("dev.fcgi.internal.cgi.MultipartFuzz", 2048),
    CGI("dev.fcgi.cgi.CgiRequestFuzz", 1024),
    SERVER("dev.fcgi.internal.server.ServerConnectionFuzz", 2048),
    CLIENT("dev.fcgi.internal.client.ClientConnectionFuzz", 2048);

    private final String className;
    private final int maxLength;

    FuzzTarget(String className, int maxLength) {
        this.className = className;
        this.maxLength = maxLength;
    }

    String className() {
        return className;
    }

    /** {@return how long inputs get} */
    int maxLength() {
        return maxLength;
    }

    /** {@return the seeds by the names of their files} */
    Map<String, byte[]> seeds() throws IOException {
        Map<String, byte[]> seeds = new LinkedHashMap<>();
        Path directory = resources().resolve(name().toLowerCase());
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String script = Files.readString(file, StandardCharsets.UTF_8);
                seeds.put(file.getFileName().toString(), RecordScript.toBytes(script));
            }
        }
        return seeds;
    }

    /** Where the classes of the tests are, also when they patch a module. */
    static Path resources() {
        try {
            return Path.of(FuzzTarget.class.getResource("FuzzTarget.class").toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    void test(byte[] input) throws Throwable {
        try {
            Class.forName(className).getMethod("fuzzerTestOneInput", byte[].class).invoke(null, (Object) input);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
