package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.HeaderValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fuzz target: variables of a request from browsers, and their use in responses.
 *
 * <p>Input: values for the variables below, separated by NUL; then the body.
 */
public final class CgiRequestFuzz {
    private static final List<String> VARIABLES = List.of("QUERY_STRING", "CONTENT_TYPE", "HTTP_COOKIE", "HTTP_HOST",
            "REQUEST_URI", "SCRIPT_NAME", "PATH_INFO", "HTTP_ACCEPT", "SERVER_NAME", "SERVER_PORT", "CONTENT_LENGTH",
            "HTTP_X_FORWARDED_HOST");
    private static final int MAX_FIELDS = 50;
    private static final CgiOptions OPTIONS =
            CgiOptions.builder().maxFields(MAX_FIELDS).maxFieldsLength(2000).maxBodyLength(4000).trustForwarded(true)
                    .build();

    private CgiRequestFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        String[] values = new String(input, StandardCharsets.UTF_8).split("\0", VARIABLES.size() + 1);
        byte[] body = values.length > VARIABLES.size()
                ? values[VARIABLES.size()].getBytes(StandardCharsets.UTF_8) : new byte[0];
        StubRequest request = StubRequest.of("POST", "/", null, body);
        for (int i = 0; i < Math.min(values.length, VARIABLES.size()); i++) {
            request.with(VARIABLES.get(i), values[i]);
        }
        CgiExchange q = CgiExchange.of(request, OPTIONS);
        query(q);
        body(q);
        headers(q);
        url(q, Arrays.hashCode(input));
        answer(q, request, values[0]);
    }

    // ---- parameters

    private static void query(CgiExchange q) {
        Map<String, List<String>> expected = naive(q.queryString().matches("(?s)[^=&]*") ? "" : q.queryString());
        try {
            for (Map.Entry<String, List<String>> field : expected.entrySet()) {
                check(field.getValue().equals(q.queryParams(field.getKey())), "query parameter " + field);
                check(field.getValue().get(0).equals(q.queryParam(field.getKey())), "query parameter " + field);
            }
            check(fields(expected) <= MAX_FIELDS, "limit of the query");
        } catch (CgiException e) {
            check(e.status() == 413 && fields(expected) > MAX_FIELDS, e.toString());
        }
        q.keywords().forEach(word -> check(!word.isEmpty(), "empty keyword"));
    }

    private static int fields(Map<String, List<String>> all) {
        return all.values().stream().mapToInt(List::size).sum();
    }

    private static Map<String, List<String>> naive(String query) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String field : query.split("&")) {
            if (!field.isEmpty()) {
                String[] halves = field.split("=", 2);
                fields.computeIfAbsent(decode(halves[0]), unused -> new ArrayList<>())
                        .add(halves.length < 2 ? "" : decode(halves[1]));
            }
        }
        return fields;
    }

    private static String decode(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        byte[] decoded = new byte[encoded.length];
        int length = 0;
        for (int i = 0; i < encoded.length; i++) {
            String escape = new String(encoded, i, Math.min(3, encoded.length - i), StandardCharsets.ISO_8859_1);
            if (escape.matches("%[0-9a-fA-F]{2}")) {
                decoded[length++] = (byte) Integer.parseInt(escape.substring(1), 16);
                i += 2;
            } else {
                decoded[length++] = encoded[i] == '+' ? (byte) ' ' : encoded[i];
            }
        }
        return new String(decoded, 0, length, StandardCharsets.UTF_8);
    }

    private static void body(CgiExchange q) throws IOException {
        try {
            q.allParams().forEach((name, all) -> check(!all.isEmpty(), "a name without values"));
        } catch (CgiException e) {
            check(e.status() == 400 || e.status() == 413, e.toString());
        }
    }

    // ---- headers

    private static void headers(CgiExchange q) {
        for (String name : q.cookieNames()) {
            check(q.cookie(name) != null, "cookie " + name);
            String set = Cookie.of("name", q.cookie(name)).toString();
            check(set.matches("[!-:<-~]*"), "cookie " + set);
        }
        double quality = q.accepts("text/html");
        check(quality >= 0 && quality <= 1, "quality " + quality);
        q.accepted().forEach(type -> check(!type.isEmpty(), "no type"));
        check(q.contentLength() >= -1, "length " + q.contentLength());
        check(!q.path().isEmpty(), "no path");
        check(q.headers().values().stream().noneMatch(String::isEmpty), "empty header");
        for (HeaderValue header : List.of(HeaderValue.parse(q.contentType()),
                HeaderValue.parseDisposition(q.contentType()))) {
            try {
                header.requireWellFormed();
                header.parameter("boundary");
            } catch (CgiException e) {
                check(e.status() == 400, e.toString());
            }
        }
    }

    /** Some of the many combinations. */
    private static void url(CgiExchange q, int random) {
        String base = q.url(UrlPart.BASE);
        check(base.matches("https?://[!#-;=?-~]*"), base);
        for (int shift = 0; shift < 32; shift += 8) {
            Set<UrlPart> parts = EnumSet.noneOf(UrlPart.class);
            for (UrlPart part : UrlPart.values()) {
                if ((random >> shift + part.ordinal() & 1) != 0) {
                    parts.add(part);
                }
            }
            String url = q.url(parts.toArray(UrlPart[]::new));
            check(url.matches("[!#-;=?-~]*"), parts + " " + url);
            boolean absolute = !parts.contains(UrlPart.RELATIVE) && !parts.contains(UrlPart.ABSOLUTE)
                    || parts.contains(UrlPart.FULL) || parts.contains(UrlPart.BASE);
            boolean good = absolute
                    ? url.startsWith(base) && url.substring(base.length()).matches("([/?].*)?")
                    : !url.matches("//.*|[A-Za-z][A-Za-z0-9+.-]*:.*");
            check(good, parts + " " + url);
        }
        check(q.port() >= 0 && q.port() < 65_536, "port " + q.port());
    }

    // ---- the answer

    /** Whatever is sent back, the head has only the lines that were set. */
    private static void answer(CgiExchange q, StubRequest request, String value) throws IOException {
        int lines = 2; // Status and Content-Type
        List<Runnable> calls = List.of(() -> q.setHeader("X-Value", value), () -> q.setHeader(value, "x"),
                () -> q.redirect(value), () -> q.attachment(value),
                () -> q.addCookie(Cookie.builder("a", "b").path(value).build()),
                () -> q.setContentType(value), () -> q.status(200, value));
        int names = 0;
        for (Runnable call : calls) {
            try {
                call.run();
                names++;
            } catch (IllegalArgumentException e) {
                check(e.getMessage().chars().noneMatch(c -> c < ' '), "control characters in the message");
            }
        }
        q.out().print("body");
        q.close();
        String output = request.output();
        int end = output.indexOf("\r\n\r\n");
        String[] head = output.substring(0, end).split("\r\n");
        check(head.length <= lines + 1 + names && head[0].startsWith("Status: "), Arrays.toString(head));
        check(Arrays.stream(head).allMatch(line -> line.matches("[^\r\n\0]+: ?[^\r\n\0]*")), Arrays.toString(head));
        check(request.isFinished() || output.endsWith("body") || output.endsWith("\r\n\r\n"), "body");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
