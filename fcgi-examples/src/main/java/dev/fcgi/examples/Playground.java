package dev.fcgi.examples;

import dev.fcgi.Decision;
import dev.fcgi.FcgiServer;
import dev.fcgi.FilterRequest;
import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.ServerStats;
import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An application that shows every feature; {@link #respond} lists its paths. */
final class Playground {
    private static final Duration GRACE = Duration.ofSeconds(5);
    /** The exit status after a stop that had to abort requests. */
    static final int ABORTED = 3;
    private static final byte[] PATTERN = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII);

    private final FcgiServer server;
    private volatile boolean failed;
    private final AtomicInteger active = new AtomicInteger();

    Playground(String address) {
        CgiHandler handler = this::count;
        server = FcgiServer.builder()
                .listen(address)
                .responder(handler.toResponder())
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
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop)); // first, because SIGTERM may follow the start at once
        try {
            server.start();
            System.out.println("READY");
            server.serve();
        } catch (IOException | RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    private void stop() {
        boolean drained;
        try {
            drained = server.shutdown(GRACE);
        } catch (InterruptedException e) {
            return; // the JVM ends anyway
        }
        Runtime.getRuntime().halt(failed ? 1 : drained ? 0 : ABORTED); // SIGTERM is the regular end, not a failure
    }

    private void count(CgiExchange q) throws Exception {
        active.incrementAndGet();
        try {
            respond(q);
        } finally {
            active.decrementAndGet();
        }
    }

    private void respond(CgiExchange q) throws Exception {
        InputStream stdin = q.request().stdin();
        switch (q.path()) {
            case "/hello" -> text(q, "hello\n");
            case "/params" -> params(q);
            case "/echo" -> echo(q, stdin);
            case "/sum" -> text(q, Digest.of(stdin) + "\n");
            case "/discard" -> text(q, stdin.transferTo(OutputStream.nullOutputStream()) + "\n");
            case "/hold" -> {
                Thread.sleep(number(q, "ms"));
                text(q, Digest.of(stdin) + "\n");
            }
            case "/big" -> {
                long n = number(q, "n");
                pattern(q.setHeader("Content-Length", Long.toString(n)).stream(), PATTERN, n);
            }
            case "/slow" -> {
                Thread.sleep(number(q, "ms")); // an abort interrupts it
                text(q, "slept\n");
            }
            case "/drip" -> drip(q, number(q, "n"), number(q, "ms"));
            case "/stderr" -> {
                pattern(q.request().stderr(), repeated('e'), number(q, "n"));
                text(q, "ok\n");
            }
            case "/status" -> {
                int code = Math.toIntExact(number(q, "code"));
                text(q.status(code), "status " + code + "\n"); // 204 and 304 have no body, whatever is written
            }
            case "/redirect" -> q.redirect("/hello");
            case "/exit" -> {
                q.request().appStatus((int) number(q, "code"));
                text(q, "bye\n");
            }
            case "/header" -> text(q.setHeader(argument(q, "name", ""), argument(q, "value", "")), "ok\n");
            case "/headers" -> {
                for (int i = 0; i < number(q, "n"); i++) {
                    q.setHeader("X-" + i, "h".repeat((int) number(q, "length")));
                }
                text(q, "ok\n");
            }
            case "/throw" -> fail(q);
            case "/stats" -> stats(q);
            default -> text(q.status(404), "not found\n");
        }
    }

    private static String argument(CgiExchange q, String name, String otherwise) {
        String value = q.queryParam(name);
        return value == null ? otherwise : value;
    }

    private static long number(CgiExchange q, String name) {
        return Long.parseLong(argument(q, name, "0"));
    }

    private static void text(CgiExchange q, String text) throws IOException {
        q.stream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void params(CgiExchange q) throws IOException {
        List<Params.Pair> sorted = q.request().params().pairs().stream()
                .sorted(Comparator.comparing(Params.Pair::name, Arrays::compareUnsigned))
                .toList();
        StringBuilder lines = new StringBuilder();
        for (Params.Pair pair : sorted) {
            escape(pair.name(), lines);
            lines.append('=');
            escape(pair.value(), lines);
            lines.append('\n');
        }
        text(q, lines.toString());
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

    private static void echo(CgiExchange q, InputStream in) throws IOException {
        OutputStream out = q.setContentType("application/octet-stream").stream();
        byte[] piece = new byte[32 * 1024];
        for (int count; (count = in.read(piece)) >= 0; ) {
            out.write(piece, 0, count);
            out.flush();
        }
    }

    private static void pattern(OutputStream out, byte[] pattern, long n) throws IOException {
        for (long left = n; left > 0; left -= pattern.length) {
            out.write(pattern, 0, (int) Math.min(left, pattern.length));
        }
    }

    private static byte[] repeated(char c) {
        return String.valueOf(c).repeat(8192).getBytes(StandardCharsets.US_ASCII);
    }

    private static void drip(CgiExchange q, long n, long ms) throws Exception {
        for (long i = 0; i < n; i++) {
            text(q, "chunk " + i + "\n");
            q.flush();
            Thread.sleep(ms);
        }
    }

    private static void fail(CgiExchange q) throws Exception {
        long after = number(q, "after");
        if (number(q, "length") > 0) {
            q.setHeader("Content-Length", argument(q, "length", ""));
        }
        if (after > 0) {
            pattern(q.stream(), repeated('x'), after);
            q.flush();
        }
        switch (argument(q, "type", "exception")) {
            case "error" -> throw new Error("thrown on request");
            case "stack" -> recurse(0);
            case "oom" -> throw new IllegalStateException("allocated " + new long[Integer.MAX_VALUE].length);
            default -> throw new Exception("thrown on request");
        }
    }

    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    private void stats(CgiExchange q) throws IOException {
        if (number(q, "gc") == 1) {
            System.gc();
        }
        ServerStats stats = server.stats();
        Runtime runtime = Runtime.getRuntime();
        text(q, "active=" + active
                + "\ntotal=" + stats.requestsStarted()
                + "\naborted=" + stats.requestsAborted()
                + "\nconnections=" + stats.connections()
                + "\nheap=" + (runtime.totalMemory() - runtime.freeMemory())
                + "\nthreads=" + entries("/proc/self/task")
                + "\nfds=" + entries("/proc/self/fd") + "\n");
    }

    /** Counts the entries that the kernel reports for this process; 0 if there is no such directory. */
    private static int entries(String directory) {
        String[] names = new File(directory).list();
        return names == null ? 0 : names.length;
    }

    private static Decision authorize(Request request) {
        String user = argument(CgiExchange.of(request, CgiOptions.DEFAULT), "user", "");
        return user.equals("alice")
                ? Decision.granted(Map.of("AUTH_USER", user))
                : Decision.denied(403, Map.of(), "denied\n");
    }

    private static void filter(FilterRequest request) throws IOException {
        try (CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT)) {
            text(q, "stdin " + Digest.of(request.stdin()) + "\n");
            text(q, "data " + Digest.of(request.data()) + "\n");
        }
    }
}
