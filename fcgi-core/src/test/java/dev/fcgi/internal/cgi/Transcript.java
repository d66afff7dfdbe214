package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A body as lines of text, one per part and one for its end: once by the parser, once by a naive one. */
final class Transcript {
    private Transcript() {}

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** By the parser. How content is read varies with the random numbers. */
    static List<String> parse(InputStream body, String boundary, Random random) {
        List<String> lines = new ArrayList<>();
        try {
            MultipartParser parser = new MultipartParser(body, boundary, 100_000);
            parser.headerCharset(StandardCharsets.ISO_8859_1);
            for (Part part = parser.next(); part != null; part = parser.next()) {
                lines.add(line(part.headers(), content(part.content(), random)));
            }
            lines.add("end");
        } catch (EOFException e) {
            lines.add("truncated");
        } catch (CgiException e) {
            lines.add("" + e.status());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return lines;
    }

    private static String content(InputStream content, Random random) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] piece = new byte[64];
        while (true) {
            if (random.nextBoolean()) {
                int b = content.read();
                if (b < 0) {
                    return text.toString();
                }
                text.append((char) b);
            } else {
                int count = content.read(piece, 1, 1 + random.nextInt(63));
                if (count < 0) {
                    return text.toString();
                }
                text.append(new String(piece, 1, count, StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** By regular expressions over the whole body. */
    static List<String> parseNaively(byte[] body, String boundary) {
        String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
        Matcher delimiter = Pattern.compile("\r\n--" + Pattern.quote(boundary) + "(?:(--)|[ \t]{0,256}\r\n)")
                .matcher(text);
        Pattern head = Pattern.compile("((?:[^\r\n\0]++\r\n)*+)\r\n");
        Pattern unfinishedHead = Pattern.compile("(?:[^\r\n\0]++\r\n)*+[^\r\n\0]*+\r?");
        List<String> lines = new ArrayList<>();
        int at = 0;
        Map<String, String> headers = null;
        while (true) {
            if (!delimiter.find(at)) {
                lines.add("truncated");
                return lines;
            }
            if (headers == null && (text.substring(0, delimiter.start()).contains("--" + boundary)
                    || delimiter.start() > 8192)) {
                lines.add(delimiter.start() > 8192 ? "413" : "400");
                return lines;
            }
            if (headers != null) {
                int start = Math.min(at + 2, delimiter.start());
                lines.add(line(headers, text.substring(Math.max(at, start), delimiter.start())));
            }
            if (delimiter.group(1) != null) {
                lines.add("end");
                return lines;
            }
            Matcher block = head.matcher(text).region(delimiter.end(), text.length());
            if (!block.lookingAt()) {
                boolean more = unfinishedHead.matcher(text).region(delimiter.end(), text.length()).matches();
                lines.add(more ? "truncated" : "400");
                return lines;
            }
            headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            String unfolded = block.group(1).replaceAll("\r\n([ \t])", "$1");
            for (String line : unfolded.isEmpty() ? new String[0] : unfolded.split("\r\n")) {
                Matcher field = Pattern.compile("([!-9;-~]+):(.*)", Pattern.DOTALL).matcher(line);
                if (!field.matches()) {
                    lines.add("400");
                    return lines;
                }
                String value = field.group(2).replaceAll("^[ \t]+|[ \t]+$", "");
                if (headers.putIfAbsent(field.group(1), value) != null
                        && field.group(1).matches("(?i)content-(disposition|type)")) {
                    lines.add("400");
                    return lines;
                }
            }
            at = block.end() - 2; // the empty line may be the start of the next delimiter
        }
    }

    private static String line(Map<String, String> headers, String content) {
        return headers + " <" + content.replace("\r", "\\r").replace("\n", "\\n") + ">";
    }
}
