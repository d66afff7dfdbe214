package dev.fcgi;

import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.cgi.Upload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The server that {@link FloodIT} and {@link FullDiskIT} start in a separate process. Its arguments are its socket and
 * the directory of temporary files. For each line of standard input it reports its state.
 */
final class FloodProgram {
    static final int CONNECTIONS = 64;
    static final int REQUESTS = 256;
    static final int REQUESTS_PER_CONNECTION = 16;
    static final int PARAMS = 16 * 1024;
    static final int INPUT = 16 * 1024;
    static final int OUTPUT = 8 * 1024;

    private FloodProgram() {}

    public static void main(String[] args) throws Exception {
        CgiOptions options = CgiOptions.builder().temporaryDirectory(Path.of(args[1])).build();
        Responder uploads = ((CgiHandler) q -> {
            Upload upload = q.upload("file");
            q.out().print(upload.size() + " " + q.param("last"));
        }).toResponder(options);
        FcgiServer server = FcgiServer.builder().listen("unix:" + args[0])
                .maxConnections(CONNECTIONS).maxRequests(REQUESTS).maxRequestsPerConnection(REQUESTS_PER_CONNECTION)
                .maxParamsLength(PARAMS).inputBuffer(INPUT).outputBuffer(OUTPUT).maxStderrLength(0)
                .stallTimeout(Duration.ofSeconds(1)).handlerTimeout(Duration.ofSeconds(5))
                .responder(request -> respond(request, uploads))
                .build().start();
        System.out.println("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        while (lines.readLine() != null) {
            System.out.println(usedHeap() + " " + server.stats().connections() + " "
                    + server.stats().activeRequests());
        }
        System.exit(0);
    }

    private static void respond(Request request, Responder uploads) throws Exception {
        switch (request.meta("SCRIPT_NAME")) {
            case "/hold" -> Thread.sleep(Duration.ofHours(1)); // until it is aborted
            case "/write" -> {
                byte[] piece = new byte[1000];
                while (true) {
                    request.stdout().write(piece);
                }
            }
            case "/params" -> answer(request, "" + (request.params().toMap().size() + request.params().pairs().size()));
            case "/upload" -> uploads.respond(request);
            default -> answer(request, "ok");
        }
    }

    private static void answer(Request request, String text) throws IOException {
        request.stdout().write(("\r\n" + text).getBytes());
    }

    /** The live objects. */
    private static long usedHeap() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(10); // for objects that are cleaned up after the collection
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
