package dev.fcgi.examples;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request that both twins get, and the intended differences of their responses.
 *
 * @param name what it is about
 * @param head request line and headers, each with LF at its end
 * @param body of the request
 * @param differences all of them; an answer must not differ in anything else
 */
record TwinCase(String name, String head, byte[] body, List<Difference> differences) {
    /**
     * A difference on purpose.
     *
     * @param reason why
     * @param where what of the answer, see PerlTwinIT.observe
     * @param perl CGI::Fast's answer, null for none
     * @param java ours, null for none
     */
    record Difference(String reason, String where, String perl, String java) {}

    static final String FORM = "application/x-www-form-urlencoded";

    static TwinCase get(String name, String uri, String... headers) {
        return send(name, "GET", uri, null, "", headers);
    }

    /**
     * @param type null for no body
     * @param body a char for each byte
     */
    static TwinCase send(String name, String method, String uri, String type, String body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + uri + " HTTP/1.0\n");
        List<String> all = new ArrayList<>(List.of(headers));
        if (all.stream().noneMatch(header -> header.startsWith("Host:"))) {
            all.add("Host: twin.test");
        }
        if (type != null) {
            all.add("Content-Type: " + type);
            all.add("Content-Length: " + body.length());
        }
        all.forEach(header -> head.append(header).append('\n'));
        return new TwinCase(name, head.toString(), body.getBytes(StandardCharsets.ISO_8859_1), List.of());
    }

    static TwinCase post(String name, String uri, String body) {
        return send(name, "POST", uri, FORM, body);
    }

    /**
     * A form whose boundary is "AaB03x".
     *
     * @param parts each from its Content-Disposition on, lines that end with LF, which becomes CRLF, text as UTF-8
     */
    static TwinCase multipart(String name, String... parts) {
        StringBuilder body = new StringBuilder();
        for (String part : parts) {
            body.append("--AaB03x\r\nContent-Disposition: form-data; ").append(utf8(part.replace("\n", "\r\n")))
                    .append("\r\n");
        }
        return send(name, "POST", "/form", "multipart/form-data; boundary=AaB03x", body + "--AaB03x--\r\n");
    }

    /** {@return a char for each byte of the UTF-8 text} */
    static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /**
     * Adds differences.
     *
     * @param reason why they are
     * @param triples where, Perl's answer, ours; and so on
     */
    TwinCase differs(String reason, String... triples) {
        List<Difference> all = new ArrayList<>(differences);
        for (int i = 0; i < triples.length; i += 3) {
            all.add(new Difference(reason, triples[i], triples[i + 1], triples[i + 2]));
        }
        return new TwinCase(name, head, body, all);
    }

    @Override
    public String toString() {
        return name;
    }
}
