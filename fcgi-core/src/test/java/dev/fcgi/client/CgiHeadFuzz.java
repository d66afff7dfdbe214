package dev.fcgi.client;

import dev.fcgi.CgiHead;
import dev.fcgi.FcgiException;
import dev.fcgi.fuzz.Pieces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Fuzz target: the header block of an application's response, by the client and by regular expressions.
 *
 * <p>Input: a byte for the pieces, the response.
 */
public final class CgiHeadFuzz {
    private static final int MAX_LENGTH = 500;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private CgiHeadFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < 1) {
            return;
        }
        Pieces pieces = new Pieces(input, 1, input[0]);
        String all = new String(input, 1, input.length - 1, StandardCharsets.ISO_8859_1);
        String seen;
        try {
            CgiHead head = CgiHead.read(pieces, MAX_LENGTH, StandardCharsets.UTF_8);
            seen = head.status() + " " + head.reason() + " " + head.headers() + " " + (pieces.position() - 1);
            check(head.contentLength() >= -1 && head.status() >= 100 && head.status() <= 999, seen);
            check(!head.isLocalRedirect() || head.header("location").startsWith("/"), seen);
        } catch (FcgiException e) {
            check(e.getMessage().chars().noneMatch(Character::isISOControl), "control characters in the message");
            seen = "malformed";
        }
        String expected = naive(all);
        check(seen.equals(expected), seen + " instead of " + expected);
    }

    private static String naive(String all) {
        int end = 0;
        List<String> lines = new ArrayList<>();
        while (true) {
            int feed = all.indexOf('\n', end);
            if (feed < 0 || feed >= MAX_LENGTH) {
                return "malformed";
            }
            String line = all.substring(end, feed).replaceFirst("\r\\z", "");
            end = feed + 1;
            if (line.isEmpty()) {
                break;
            }
            lines.add(new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }
        String status = null;
        String reason = "";
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<String> last = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean http = i == 0 && line.startsWith("HTTP/");
            String[] words = line.split(http ? " " : ":", 2);
            String name = words[0].replaceFirst("[ \t]+\\z", "");
            String value = words.length < 2 ? "" : words[1];
            if (line.contains("\0") || line.contains("\r")) {
                return "malformed";
            }
            if (!http && last != null && line.matches("(?s)[ \t].*")) {
                last.add(last.remove(last.size() - 1) + ' ' + strip(line));
            } else if (!http && (words.length < 2 || !TOKEN.matcher(name).matches())) {
                return "malformed";
            } else if (http || name.equalsIgnoreCase("Status")) {
                String[] parts = (http ? value : strip(value)).split(" ", 2);
                status = parts[0];
                reason = parts.length < 2 ? "" : strip(parts[1]);
                last = null;
                if (!status.matches("[1-9][0-9][0-9]")) {
                    return "malformed";
                }
            } else {
                last = headers.computeIfAbsent(name, unused -> new ArrayList<>());
                if (name.equalsIgnoreCase("Content-Type") || name.equalsIgnoreCase("Location")) {
                    last.clear(); // the last counts
                }
                last.add(strip(value));
            }
        }
        if (status == null) {
            String location = headers.containsKey("Location") ? headers.get("Location").get(0) : null;
            status = location == null || location.matches("(?s)/([^/].*)?") ? "200" : "302";
        }
        return status + " " + reason + " " + headers + " " + end;
    }

    private static String strip(String text) {
        return text.replaceAll("\\A[ \t]+|[ \t]+\\z", "");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
