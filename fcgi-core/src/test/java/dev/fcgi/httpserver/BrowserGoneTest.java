package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A browser that disconnects is not a failure, wherever it is noticed: nothing is logged. */
final class BrowserGoneTest extends GatewayTest {

    /** What an HTTP server gives that notices it at the head, the body, or the end of the response. */
    private record Exchange(String target, String where) implements GatewayExchange {
        @Override
        public String method() {
            return "POST".equals(where) ? "POST" : "GET";
        }

        @Override
        public String protocol() {
            return "HTTP/1.1";
        }

        @Override
        public Map<String, List<String>> headers() {
            return where.equals("POST") ? Map.of("host", List.of("a"), "content-length", List.of("5")) : Map.of();
        }

        @Override
        public InputStream body() {
            return new ByteArrayInputStream(new byte[4]);
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public InetSocketAddress localAddress() {
            return remoteAddress();
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        private void fail(String here) throws IOException {
            if (here.equals(where)) {
                throw new IOException("gone at " + where);
            }
        }

        @Override
        public OutputStream respond(int status, Map<String, List<String>> headers, long length) throws IOException {
            fail("head");
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    fail("body");
                }

                @Override
                public void flush() throws IOException {
                    fail("flush");
                }

                @Override
                public void close() throws IOException {
                    fail("end");
                }
            };
        }
    }

    @ParameterizedTest
    @CsvSource({"/x.php,head", "/x.php,body", "/x.php,flush", "/x.php,end", "/x.php,POST", "/plain.txt,head",
        "/plain.txt,body", "/plain.txt,end", "/nothing,head", "/nothing,body", "/nothing,end"})
    void nobodyIsBlamed(String target, String where) throws Exception {
        write("x.php", "source");
        write("plain.txt", "plain");
        serve(request -> print(request, "Content-Type: a/b\n\nbody"), builder -> builder.documentRoot(root));
        FcgiGateway gateway = FcgiGateway.builder(client).documentRoot(root).build();
        assertThrows(IOException.class, () -> gateway.handle(new Exchange(target, where)));
        assertEquals(List.of(), log.lines());
    }
}
