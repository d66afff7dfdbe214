package dev.fcgi.benchmarks;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The messages: what nginx sends for a small request of a browser, and the responses. */
final class Messages {
    private static final int PIECE = 32 * 1024;

    static final String HEAD = "Content-Type: text/plain\r\n\r\n";
    static final byte[] HELLO = (HEAD + "hello\n").getBytes(StandardCharsets.US_ASCII);
    /** In the order in which nginx sends them; REQUEST_METHOD and others come early, headers at the end. */
    static final Map<String, String> ENVIRONMENT = environment();

    private Messages() {}

    private static Map<String, String> environment() {
        String[] pairs = {
            "QUERY_STRING", "name=world", "REQUEST_METHOD", "GET", "CONTENT_TYPE", "", "CONTENT_LENGTH", "",
            "SCRIPT_NAME", "/hello", "REQUEST_URI", "/hello?name=world", "DOCUMENT_URI", "/hello",
            "DOCUMENT_ROOT", "/var/www/html", "SERVER_PROTOCOL", "HTTP/1.1", "REQUEST_SCHEME", "http",
            "GATEWAY_INTERFACE", "CGI/1.1", "SERVER_SOFTWARE", "nginx/1.26.3", "REMOTE_ADDR", "127.0.0.1",
            "REMOTE_PORT", "53412", "SERVER_ADDR", "127.0.0.1", "SERVER_PORT", "8080", "SERVER_NAME", "localhost",
            "REDIRECT_STATUS", "200", "HTTP_HOST", "localhost:8080",
            "HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36",
            "HTTP_ACCEPT", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "HTTP_ACCEPT_ENCODING", "gzip, deflate", "HTTP_ACCEPT_LANGUAGE", "en-US,en;q=0.5",
            "HTTP_CONNECTION", "keep-alive", "HTTP_COOKIE", "session=0123456789abcdef0123456789abcdef"
        };
        Map<String, String> environment = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return environment;
    }

    static byte[] pairs() {
        ByteArrayOutputStream pairs = new ByteArrayOutputStream();
        ENVIRONMENT.forEach((name, value) -> NameValuePairs.append(pairs, name, value));
        return pairs.toByteArray();
    }

    static byte[] request(int id, boolean keep) {
        return request(id, keep, 0);
    }

    /** With a body of some length, in records as web servers send them. */
    static byte[] request(int id, boolean keep, int bodyLength) {
        byte[] pairs = pairs();
        RecordBuffer records = new RecordBuffer(8192, true);
        records.beginRequest(id, 1, keep ? Fcgi.KEEP_CONN : 0);
        records.append(Fcgi.PARAMS, id, pairs, 0, pairs.length);
        records.endStream(Fcgi.PARAMS, id);
        byte[] piece = new byte[PIECE];
        for (int sent = 0; sent < bodyLength; sent += PIECE) {
            records.appendAll(Fcgi.STDIN, id, piece, Math.min(PIECE, bodyLength - sent));
        }
        records.endStream(Fcgi.STDIN, id);
        return bytes(records);
    }

    /** An answer of some STDOUT, as the library writes it. */
    static byte[] response(int id, byte[] stdout) {
        RecordBuffer records = new RecordBuffer(2 * stdout.length + 1024, true);
        records.appendAll(Fcgi.STDOUT, id, stdout, stdout.length);
        records.endStream(Fcgi.STDOUT, id);
        records.endRequest(id, 0, 0);
        return bytes(records);
    }

    /** The STDOUT of a large answer. */
    static byte[] big(int length) {
        byte[] stdout = Arrays.copyOf(HEAD.getBytes(StandardCharsets.US_ASCII), HEAD.length() + length);
        Arrays.fill(stdout, HEAD.length(), stdout.length, (byte) 'x');
        return stdout;
    }

    private static byte[] bytes(RecordBuffer records) {
        records.close();
        byte[] bytes = new byte[records.length()];
        records.copyTo(bytes, 0);
        return bytes;
    }
}
