package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Static files. */
final class StaticFilesTest extends GatewayTest {

    @BeforeEach
    void files() throws Exception {
        write("digits.txt", "0123456789");
        write("empty.txt", "");
        Files.setLastModifiedTime(root.resolve("digits.txt"), FileTime.from(Instant.parse("2024-02-29T12:34:56.789Z")));
        serve(GatewayTest::params, builder -> builder.documentRoot(root));
    }

    @Test
    void aFileAndItsHead() throws Exception {
        HttpReply reply = get("/digits.txt");
        assertEquals("0123456789", reply.body());
        assertEquals("10", reply.header("Content-Length"));
        assertEquals("text/plain", reply.header("Content-Type"));
        assertEquals("Thu, 29 Feb 2024 12:34:56 GMT", reply.header("Last-Modified"));
        assertEquals("bytes", reply.header("Accept-Ranges"));
        Socket socket = connect();
        for (int i = 0; i < 2; i++) {
            send(socket, "HEAD /digits.txt HTTP/1.1\r\nHost: a\r\n\r\n");
            HttpReply head = HttpReply.read(socket.getInputStream(), true);
            assertEquals("10", head.header("Content-Length"));
            assertEquals("text/plain", head.header("Content-Type"));
        }
    }

    @Test
    void anEmptyFile() throws Exception {
        HttpReply reply = get("/empty.txt");
        assertEquals(200, reply.status());
        assertEquals("0", reply.header("Content-Length"));
        for (String range : new String[] {"bytes=0-", "bytes=0-0", "bytes=-1", "bytes=5-"}) {
            assertEquals(200, get("/empty.txt", "\nRange: " + range).status(), range);
        }
    }

    @Test
    void aBigFile() throws Exception {
        write("big.bin", "0123456789".repeat(1_000_000));
        HttpReply reply = get("/big.bin");
        assertTrue(reply.complete());
        assertEquals("0123456789".repeat(1_000_000), reply.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a.html  | text/html
            a.HTML  | text/html
            a.css   | text/css
            a.js    | text/javascript
            a.svg   | image/svg+xml
            a.zip   | application/zip
            a.qqqqq | application/octet-stream
            a       | application/octet-stream
            """)
    void types(String name, String type) throws Exception {
        write(name, "");
        assertEquals(type, get("/" + name).header("Content-Type"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            If-Modified-Since: Thu, 29 Feb 2024 12:34:56 GMT                  | 304
            If-Modified-Since: Thu, 29 Feb 2024 12:34:57 GMT                  | 304
            If-Modified-Since: Thu, 29 Feb 2024 12:34:55 GMT                  | 200
            If-Modified-Since: yesterday                                      | 200
            If-None-Match: "x"@If-Modified-Since: Thu, 29 Feb 2024 12:34:56 GMT | 200
            If-None-Match: *                                                  | 304
            If-Match: *                                                       | 200
            If-Match: "x"                                                     | 412
            If-Match: *@If-Unmodified-Since: Thu, 29 Feb 2024 12:34:55 GMT    | 200
            If-Unmodified-Since: Thu, 29 Feb 2024 12:34:55 GMT                | 412
            If-Unmodified-Since: Thu, 29 Feb 2024 12:34:56 GMT                | 200
            If-Unmodified-Since: yesterday                                    | 200
            If-Modified-Since: Thu, 29 Feb 2024 12:34:56 GMT@Range: bytes=0-0 | 304
            """)
    void preconditions(String headers, int status) throws Exception {
        HttpReply reply = get("/digits.txt", "\n" + headers.replace('@', '\n'));
        assertEquals(status, reply.status());
        assertEquals(status == 304 ? "" : status == 412 ? "412 Precondition Failed\n" : "0123456789", reply.body());
        assertEquals(status == 412 ? null : "Thu, 29 Feb 2024 12:34:56 GMT", reply.header("Last-Modified"));
        HttpReply head = exchange("HEAD /digits.txt HTTP/1.1\nHost: a\n" + headers.replace('@', '\n'));
        assertEquals(status, head.status());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            bytes=0-0        | 206 | 0           | bytes 0-0/10
            bytes=2-4        | 206 | 234         | bytes 2-4/10
            bytes=7-         | 206 | 789         | bytes 7-9/10
            bytes=7-100      | 206 | 789         | bytes 7-9/10
            bytes=-3         | 206 | 789         | bytes 7-9/10
            bytes=-30        | 206 | 0123456789  | bytes 0-9/10
            bytes=10-        | 416 | -           | bytes */10
            bytes=99-100     | 416 | -           | bytes */10
            bytes=-0         | 416 | -           | bytes */10
            bytes=4-2        | 200 | 0123456789  | -
            bytes=-          | 200 | 0123456789  | -
            bytes=0-1,3-4    | 200 | 0123456789  | -
            bytes=99999999999999999999- | 200 | 0123456789 | -
            lines=0-1        | 200 | 0123456789  | -
            Bytes=0-0        | 206 | 0           | bytes 0-0/10
            bytes=\u0661-   | 200 | 0123456789  | -
            """)
    void ranges(String range, int status, String body, String contentRange) throws Exception {
        HttpReply reply = get("/digits.txt", "\nRange: " + range);
        assertEquals(status, reply.status());
        assertEquals(contentRange, reply.header("Content-Range"));
        if (body != null) {
            assertEquals(body, reply.body());
        }
    }

    @Test
    void aRangeOnlyOfTheSameFile() throws Exception {
        String range = "\nRange: bytes=0-0\nIf-Range: ";
        assertEquals(200, get("/digits.txt", range + "\"x\"").status());
        assertEquals(200, get("/digits.txt", range + "Thu, 29 Feb 2024 12:34:57 GMT").status());
        assertEquals(200, get("/digits.txt", range + "yesterday").status());
        assertEquals(206, get("/digits.txt", range + "Thu, 29 Feb 2024 12:34:56 GMT").status());
        assertEquals(200, exchange("HEAD /digits.txt HTTP/1.1\nHost: a" + range.split("\nIf")[0]).status());
    }

    @ParameterizedTest
    @CsvSource({"POST", "PUT", "DELETE", "OPTIONS"})
    void otherMethods(String method) throws Exception {
        HttpReply reply = exchange(method + " /digits.txt HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc");
        assertEquals(405, reply.status());
        assertEquals("GET, HEAD", reply.header("Allow"));
        assertNull(reply.header("Last-Modified"));
    }
}
