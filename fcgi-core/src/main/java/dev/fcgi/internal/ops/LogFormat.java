package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import dev.fcgi.internal.text.Ascii;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The format of an access log, in the language of PHP-FPM's {@code access.format}, which writes exactly one line for
 * each request, whatever the request contains. Immutable.
 */
public final class LogFormat {
    /** PHP-FPM's. */
    public static final String DEFAULT = "%R - %u %t \"%m %r\" %s";

    /** What nginx logs for a client that disconnected before it got a response. */
    private static final int CLIENT_GONE = 499;
    private static final int NO_ANSWER = 503;

    /** The words that a directive allows as its modifier. */
    private static final Set<String> CPU = Set.of("", "total", "user", "system");
    private static final Set<String> DURATION =
            Set.of("", "seconds", "milliseconds", "milli", "miliseconds", "mili", "microseconds", "micro");
    private static final Set<String> MEMORY = Set.of("", "bytes", "kilobytes", "kilo", "megabytes", "mega");

    private static final long PID = ProcessHandle.current().pid();
    private static final long PARENT = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);

    /** Writes a part of a line. */
    @FunctionalInterface
    private interface Piece {
        void append(StringBuilder line, RequestEvent request);
    }

    private final String pool;
    private final ZoneId zone = ZoneId.systemDefault();
    private final List<Piece> pieces = new ArrayList<>();

    /**
     * Reads a format.
     *
     * @param pool what {@code %n} stands for
     * @throws IllegalArgumentException when the format is malformed; the message says what is wrong
     */
    public LogFormat(String format, String pool) {
        this.pool = pool;
        int literal = 0;
        for (int i; (i = format.indexOf('%', literal)) >= 0; ) {
            text(format.substring(literal, i));
            String modifier = "";
            int letter = i + 1;
            if (format.startsWith("{", letter)) {
                int end = format.indexOf('}', letter);
                if (end < 0) {
                    throw new IllegalArgumentException("missing } in the format of the access log: " + format);
                }
                modifier = format.substring(letter + 1, end);
                letter = end + 1;
            }
            if (letter == format.length()) {
                literal = letter; // PHP-FPM also ignores a % at the end
                break;
            }
            pieces.add(piece(format.charAt(letter), modifier));
            literal = letter + 1;
        }
        text(format.substring(literal));
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            pieces.add((line, request) -> line.append(text));
        }
    }

    private Piece piece(char letter, String modifier) {
        return switch (letter) {
            case 'C' -> constant("0.00", word(letter, modifier, CPU)); // the JVM does not count it per request
            case 'd' -> duration(word(letter, modifier, DURATION));
            case 'e' -> parameter(named(letter, modifier, "a parameter"));
            case 'M' -> constant("0", word(letter, modifier, MEMORY));
            case 'o' -> header(named(letter, modifier, "a header"));
            case 't' -> time(modifier, RequestEvent::begun);
            case 'T' -> time(modifier, request -> request.begun().plus(request.time()));
            default -> {
                if (!modifier.isEmpty()) {
                    throw new IllegalArgumentException("%" + letter + " takes no {" + modifier + "} in the access log");
                }
                yield plain(letter);
            }
        };
    }

    private Piece plain(char letter) {
        return switch (letter) {
            case '%' -> constant("%", "");
            case 'B' -> (line, request) -> line.append(request.bytesOut());
            case 'c' -> (line, request) -> line.append(request.connection()).append('/').append(request.id());
            case 'f' -> (line, request) -> line.append(or("-", escaped(request.params().get("SCRIPT_FILENAME", ""))));
            case 'l' -> (line, request) -> line.append(Ascii.number(request.params().get("CONTENT_LENGTH"), 0));
            case 'm' -> (line, request) -> line.append(or("-", escaped(request.method())));
            case 'n' -> constant(escaped(pool), "");
            case 'O' -> (line, request) -> line.append(request.outcome());
            case 'p' -> constant("" + PID, "");
            case 'P' -> constant("" + PARENT, "");
            case 'q' -> (line, request) -> line.append(escaped(query(request)));
            case 'Q' -> (line, request) -> line.append(query(request).isEmpty() ? "" : "?");
            case 'r' -> (line, request) -> line.append(escaped(path(request)));
            case 'R' -> (line, request) -> line.append(
                    request.peer() instanceof InetSocketAddress peer ? peer.getAddress().getHostAddress() : "-");
            case 's' -> (line, request) -> line.append(status(request));
            case 'u' -> (line, request) -> line.append(escaped(user(request)));
            default -> throw new IllegalArgumentException("unknown directive in the access log's format: %" + letter);
        };
    }

    private static Piece constant(String text, String unused) {
        return (line, request) -> line.append(text);
    }

    private static String word(char letter, String modifier, Set<String> words) {
        String word = Ascii.lower(modifier);
        if (!words.contains(word)) {
            throw new IllegalArgumentException("%" + letter + " does not know {" + modifier + "} in the access log");
        }
        return word;
    }

    private static String named(char letter, String modifier, String what) {
        if (modifier.isEmpty()) {
            throw new IllegalArgumentException("%{...}" + letter + " needs the name of " + what + " in the access log");
        }
        return modifier;
    }

    private static Piece duration(String unit) {
        return (line, request) -> {
            long micros = request.time().toNanos() / 1000;
            switch (unit) {
                case "microseconds", "micro" -> line.append(micros);
                case "", "seconds" -> line.append(String.format(Locale.ROOT, "%.3f", micros / 1e6));
                default -> line.append(String.format(Locale.ROOT, "%.3f", micros / 1e3));
            }
        };
    }

    private static Piece parameter(String name) {
        return (line, request) -> line.append(escaped(request.params().get(name, "-")));
    }

    private static Piece header(String name) {
        return (line, request) -> {
            String value = request.responseHeader(name);
            line.append(value == null || value.isEmpty() ? "-" : escaped(value));
        };
    }

    private Piece time(String modifier, java.util.function.Function<RequestEvent, Instant> when) {
        String format = modifier.isEmpty() ? Strftime.DEFAULT : modifier;
        return (line, request) -> {
            StringBuilder text = new StringBuilder();
            Strftime.append(text, format, ZonedDateTime.ofInstant(when.apply(request), zone));
            line.append(escaped(text.toString()));
        };
    }

    /** {@return the line of a request, without its end} */
    public String line(RequestEvent request) {
        StringBuilder line = new StringBuilder(128);
        for (Piece piece : pieces) {
            piece.append(line, request);
        }
        return line.toString();
    }

    private static String or(String otherwise, String text) {
        return text.isEmpty() ? otherwise : text;
    }

    private static String query(RequestEvent request) {
        return request.params().get("QUERY_STRING", "");
    }

    /** {@return the path: SCRIPT_NAME as in PHP-FPM; if a web server leaves that empty, what it sends instead} */
    static String path(RequestEvent request) {
        String script = request.params().get("SCRIPT_NAME", "");
        return script.isEmpty() ? request.params().get("PATH_INFO", "") : script;
    }

    /** {@return the status that the client has seen, as far as we know} */
    static int status(RequestEvent request) {
        if (request.status() != 0) {
            return request.status();
        }
        Outcome outcome = request.outcome();
        if (outcome == Outcome.FAILED) { // in plain CGI, where the web server answers instead
            return 500;
        }
        return outcome == null || outcome.kind() == Outcome.Kind.COMPLETED ? 200
                : outcome == Outcome.ABORTED_BY_PEER || outcome == Outcome.CONNECTION_LOST ? CLIENT_GONE : NO_ANSWER;
    }

    /** {@return the name in a Basic Authorization header, as in PHP-FPM; it has not been verified} */
    private static String user(RequestEvent request) {
        String authorization = request.params().get("HTTP_AUTHORIZATION", "");
        if (authorization.length() < 6 || !Ascii.equalsIgnoreCase(authorization.substring(0, 6), "Basic ")) {
            return "";
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(Ascii.strip(authorization.substring(6)));
            String pair = new String(decoded, StandardCharsets.UTF_8);
            return pair.substring(0, Math.max(0, pair.indexOf(':')));
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    /**
     * {@return a value of the peer as nginx writes it: characters that would end the line or the quotation marks around
     * a value become {@code \xHH}} Otherwise a request could forge lines and fields.
     */
    static String escaped(String value) {
        StringBuilder escaped = null;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean unsafe = c < ' ' || c >= 0x7F && c < 0xA0 || c == '"' || c == '\\' || c == 0x2028 || c == 0x2029
                    || c >= 0xFFFE; // which XML does not have
            if (unsafe && escaped == null) {
                escaped = new StringBuilder(value.length() + 16).append(value, 0, i);
            }
            if (unsafe) {
                escaped.append(String.format(c > 0xFF ? "\\u%04X" : "\\x%02X", (int) c));
            } else if (escaped != null) {
                escaped.append(c);
            }
        }
        return escaped == null ? value : escaped.toString();
    }
}
