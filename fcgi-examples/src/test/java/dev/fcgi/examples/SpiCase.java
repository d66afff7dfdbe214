package dev.fcgi.examples;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A program for the JDK's HTTP server, one request to it, and the intended differences of the responses.
 *
 * @param name what it is about
 * @param head request line and headers, each with LF at its end
 * @param body of the request
 * @param program what is done to the server before
 * @param differences all of them; nothing else may differ
 */
record SpiCase(String name, String head, byte[] body, Program program, List<Difference> differences) {
    /** What the program does with either server. */
    @FunctionalInterface
    interface Program {
        void set(SpiSide side) throws Exception;
    }

    /** A handler that reports what it sees. */
    @FunctionalInterface
    interface Handler {
        void handle(HttpExchange exchange, SpiSide side) throws Exception;
    }

    /**
     * A difference on purpose.
     *
     * @param reason why
     * @param where what of the answer, see ProviderContractIT.observe
     * @param jdk what comes of the JDK's server; null for nothing, "*" for anything
     * @param ours what comes of ours
     */
    record Difference(String reason, String where, String jdk, String ours) {}

    static SpiCase get(String name, String target, Handler handler, String... headers) {
        return send(name, "GET", target, null, handler, headers);
    }

    static SpiCase post(String name, String target, String body, Handler handler, String... headers) {
        return send(name, "POST", target, body, handler, headers);
    }

    /**
     * One handler, in a context for the first part of the path.
     *
     * @param body null for none; a char for each byte
     */
    static SpiCase send(String name, String method, String target, String body, Handler handler, String... headers) {
        int end = target.indexOf('/', 1);
        String context = (end < 0 ? target : target.substring(0, end)).replaceFirst("\\?.*", "");
        return program(name, method + ' ' + target, body, side -> side.context(context, handler), headers);
    }

    /** Any program, and a request to it. */
    static SpiCase program(String name, String line, String body, Program program, String... headers) {
        StringBuilder head = new StringBuilder(line.contains(" HTTP/") ? line : line + " HTTP/1.1");
        head.append("\nHost: spi.test\nConnection: close\n");
        List<String> all = new ArrayList<>(List.of(headers));
        boolean framed = all.stream().anyMatch(header -> header.startsWith("Transfer-Encoding"));
        if (body != null && !framed) {
            all.add("Content-Length: " + body.length());
        }
        all.forEach(header -> head.append(header).append('\n'));
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.ISO_8859_1);
        return new SpiCase(name, head.toString(), bytes, program, List.of());
    }

    /** What is done to a server alone, and what comes of it. */
    static SpiCase api(String name, Program program) {
        return new SpiCase(name, null, null, program, List.of());
    }

    /**
     * Adds differences.
     *
     * @param reason why they are
     * @param triples where, the JDK's, ours; and so on
     */
    SpiCase differs(String reason, String... triples) {
        List<Difference> all = new ArrayList<>(differences);
        for (int i = 0; i < triples.length; i += 3) {
            all.add(new Difference(reason, triples[i], triples[i + 1], triples[i + 2]));
        }
        return new SpiCase(name, head, body, program, all);
    }

    /** Answers with a text of known length. */
    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
