package dev.fcgi.examples;

import dev.fcgi.Decision;
import dev.fcgi.FcgiServer;
import dev.fcgi.FilterRequest;
import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.ServerStats;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One application that shows every feature; its paths are listed in {@link #respond}. */
final class Playground {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final byte[] PATTERN = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII);

    private final FcgiServer server;
    private final AtomicInteger active = new AtomicInteger();

    Playground(String address) {
        server = FcgiServer.builder()
                .listen(address)
                .responder(this::count)
                .authorizer(Playground::authorize)
                .filter(Playground::filter)
                .build();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("usage: playground unix:/path/to.sock | host:port | fd:0");
            System.exit(2);
        }
        try {
            new Playground(args[0]).run();
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("playground: " + e.getMessage());
            System.exit(1);
        }
    }

    FcgiServer server() {
        return server;
    }

    private void run() throws IOException, InterruptedException {
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
        System.out.println("READY");
        server.serve();
    }

    private void stop() {
        try {
            server.shutdown(GRACE);
        } catch (InterruptedException e) {
            return; // the JVM ends anyway
        }
        Runtime.getRuntime().halt(0); // SIGTERM is how we are meant to end, not a failure
    }

    private void count(Request request) throws Exception {
        active.incrementAndGet();
        try {
            respond(request, new Arguments(request.param("QUERY_STRING")));
        } finally {
            active.decrementAndGet();
        }
    }

    private void respond(Request request, Arguments arguments) throws Exception {
        Answer answer = new Answer(request);
        switch (request.params().get("SCRIPT_NAME", "") + request.params().get("PATH_INFO", "")) {
            case "/hello" -> answer.text("hello\n");
            case "/params" -> params(request.params(), answer);
            case "/echo" -> echo(request, answer);
            case "/sum" -> answer.text(Digest.of(request.stdin()) + "\n");
            case "/discard" -> answer.text(request.stdin().transferTo(OutputStream.nullOutputStream()) + "\n");
            case "/hold" -> {
                Thread.sleep(arguments.number("ms"));
                answer.text(Digest.of(request.stdin()) + "\n");
            }
            case "/big" -> big(arguments.number("n"), answer);
            case "/slow" -> {
                Thread.sleep(arguments.number("ms")); // an abort interrupts it
                answer.text("slept\n");
            }
            case "/drip" -> drip(arguments.number("n"), arguments.number("ms"), answer);
            case "/stderr" -> {
                pattern(request.stderr(), "e".repeat(8192).getBytes(StandardCharsets.US_ASCII), arguments.number("n"));
                answer.text("ok\n");
            }
            case "/status" -> status(Math.toIntExact(arguments.number("code")), answer);
            case "/redirect" -> answer.status(302).header("Location", "/hello").text("");
            case "/exit" -> {
                request.appStatus((int) arguments.number("code"));
                answer.text("bye\n");
            }
            case "/header" -> answer.header(arguments.text("name", ""), arguments.text("value", "")).text("ok\n");
            case "/throw" -> fail(arguments, answer);
            case "/stats" -> stats(arguments.number("gc") == 1, answer);
            default -> answer.status(404).text("not found\n");
        }
    }

    private static void params(Params params, Answer answer) throws IOException {
        List<Params.Pair> sorted = params.pairs().stream()
                .sorted(Comparator.comparing(Params.Pair::name, Arrays::compareUnsigned))
                .toList();
        StringBuilder lines = new StringBuilder();
        for (Params.Pair pair : sorted) {
            escape(pair.name(), lines);
            lines.append('=');
            escape(pair.value(), lines);
            lines.append('\n');
        }
        answer.text(lines.toString());
    }

    private static void escape(byte[] bytes, StringBuilder out) {
        for (byte b : bytes) {
            if (b < 0x21 || b > 0x7E || b == '%' || b == '=') { // a negative byte is one above 0x7E
                out.append(String.format("%%%02X", b));
            } else {
                out.append((char) b);
            }
        }
    }

    private static void echo(Request request, Answer answer) throws IOException {
        OutputStream out = answer.type("application/octet-stream").body();
        InputStream in = request.stdin();
        byte[] piece = new byte[32 * 1024];
        for (int count; (count = in.read(piece)) >= 0; ) {
            out.write(piece, 0, count);
            out.flush();
        }
    }

    private static void big(long n, Answer answer) throws IOException {
        pattern(answer.header("Content-Length", Long.toString(n)).body(), PATTERN, n);
    }

    private static void pattern(OutputStream out, byte[] pattern, long n) throws IOException {
        for (long left = n; left > 0; left -= pattern.length) {
            out.write(pattern, 0, (int) Math.min(left, pattern.length));
        }
    }

    private static void drip(long n, long ms, Answer answer) throws Exception {
        OutputStream out = answer.body();
        for (long i = 0; i < n; i++) {
            out.write(("chunk " + i + "\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            Thread.sleep(ms);
        }
    }

    private static void status(int code, Answer answer) throws IOException {
        answer.status(code).text(code == 204 || code == 304 ? "" : "status " + code + "\n");
    }

    private static void fail(Arguments arguments, Answer answer) throws Exception {
        long after = arguments.number("after");
        if (after > 0) {
            OutputStream out = answer.body();
            pattern(out, "x".repeat(8192).getBytes(StandardCharsets.US_ASCII), after);
            out.flush();
        }
        switch (arguments.text("type", "exception")) {
            case "error" -> throw new Error("thrown on request");
            case "stack" -> recurse(0);
            case "oom" -> throw new IllegalStateException("allocated " + new long[Integer.MAX_VALUE].length);
            default -> throw new Exception("thrown on request");
        }
    }

    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    private void stats(boolean gc, Answer answer) throws IOException {
        if (gc) {
            System.gc();
        }
        ServerStats stats = server.stats();
        Runtime runtime = Runtime.getRuntime();
        answer.text("active=" + active
                + "\ntotal=" + stats.requestsStarted()
                + "\naborted=" + stats.requestsAborted()
                + "\nconnections=" + stats.connections()
                + "\nheap=" + (runtime.totalMemory() - runtime.freeMemory())
                + "\nthreads=" + entries("/proc/self/task")
                + "\nfds=" + entries("/proc/self/fd") + "\n");
    }

    /** Counts what the kernel tells of this process; 0 where there is no such directory. */
    private static int entries(String directory) {
        String[] names = new File(directory).list();
        return names == null ? 0 : names.length;
    }

    private static Decision authorize(Request request) {
        String user = new Arguments(request.param("QUERY_STRING")).text("user", "");
        return user.equals("alice")
                ? Decision.granted().variable("AUTH_USER", user)
                : Decision.denied(403).body("denied\n");
    }

    private static void filter(FilterRequest request) throws IOException {
        String stdin = "stdin " + Digest.of(request.stdin()) + "\n";
        new Answer(request).text(stdin + "data " + Digest.of(request.data()) + "\n");
    }
}
