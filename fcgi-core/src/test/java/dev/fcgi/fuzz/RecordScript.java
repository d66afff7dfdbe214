package dev.fcgi.fuzz;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

/**
 * Seeds as text, a line for each record or piece of text:
 *
 * <pre>
 * # comment
 * hex 01 00              bytes
 * "Status: 200\r\n"      text of ISO-8859-1, with \r \n \t \0 \\ \xNN
 * BEGIN 1 1 1            id, role, flags
 * PARAMS 1 A=b C=d       pairs; only the id: the end of the stream
 * STDIN 1 some text+5    content, and 5 bytes of padding
 * END 1 0 0              application status, protocol status
 * 42 0 x                 a type by its number
 * </pre>
 */
final class RecordScript {
    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("BEGIN", Fcgi.BEGIN_REQUEST), Map.entry("ABORT", Fcgi.ABORT_REQUEST),
            Map.entry("END", Fcgi.END_REQUEST), Map.entry("PARAMS", Fcgi.PARAMS), Map.entry("STDIN", Fcgi.STDIN),
            Map.entry("STDOUT", Fcgi.STDOUT), Map.entry("STDERR", Fcgi.STDERR), Map.entry("DATA", Fcgi.DATA),
            Map.entry("GET_VALUES", Fcgi.GET_VALUES), Map.entry("GET_VALUES_RESULT", Fcgi.GET_VALUES_RESULT));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private RecordScript() {}

    static byte[] toBytes(String script) {
        RecordScript all = new RecordScript();
        script.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(all::line);
        return all.bytes.toByteArray();
    }

    private void line(String line) {
        if (line.startsWith("hex ")) {
            bytes.writeBytes(HexFormat.of().parseHex(line.substring(4).replace(" ", "")));
        } else if (line.startsWith("\"")) {
            bytes.writeBytes(unescape(line.substring(1, line.lastIndexOf('"'))));
        } else {
            String[] words = line.split(" ", 3);
            record(words[0], Integer.parseInt(words[1]), words.length > 2 ? words[2] : "");
        }
    }

    private void record(String type, int id, String content) {
        int plus = content.matches(".*\\+\\d+") ? content.lastIndexOf('+') : content.length();
        int padding = plus < content.length() ? Integer.parseInt(content.substring(plus + 1)) : 0;
        byte[] body = body(type, content.substring(0, plus));
        int number = TYPES.containsKey(type) ? TYPES.get(type) : Integer.parseInt(type);
        bytes.writeBytes(new byte[] {1, (byte) number, (byte) (id >> 8), (byte) id, (byte) (body.length >> 8),
            (byte) body.length, (byte) padding, 0});
        bytes.writeBytes(body);
        bytes.writeBytes(new byte[padding]);
    }

    private static byte[] body(String type, String content) {
        String[] words = content.split(" ");
        return switch (type) {
            case "BEGIN" -> new byte[] {0, Byte.parseByte(words[0]), Byte.parseByte(words[1]), 0, 0, 0, 0, 0};
            case "END" -> new byte[] {0, 0, 0, Byte.parseByte(words[0]), Byte.parseByte(words[1]), 0, 0, 0};
            case "PARAMS", "GET_VALUES", "GET_VALUES_RESULT" -> pairs(content.isEmpty() ? new String[0] : words);
            default -> unescape(content);
        };
    }

    private static byte[] pairs(String[] words) {
        ByteArrayOutputStream pairs = new ByteArrayOutputStream();
        for (String word : words) {
            int equals = word.indexOf('=');
            NameValuePairs.append(pairs, word.substring(0, equals), word.substring(equals + 1));
        }
        return pairs.toByteArray();
    }

    private static byte[] unescape(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.ISO_8859_1));
                continue;
            }
            i++;
            switch (text.charAt(i)) {
                case 'r' -> bytes.write('\r');
                case 'n' -> bytes.write('\n');
                case 't' -> bytes.write('\t');
                case '0' -> bytes.write(0);
                case 'x' -> {
                    bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
