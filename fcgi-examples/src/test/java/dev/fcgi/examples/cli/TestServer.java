package dev.fcgi.examples.cli;

import dev.fcgi.Decision;
import dev.fcgi.FcgiServer;
import dev.fcgi.Responder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A FastCGI server for tests, with all roles; its responses as an authorizer and a filter are fixed. */
final class TestServer implements AutoCloseable {
    private final FcgiServer server;

    private TestServer(FcgiServer server) {
        this.server = server;
    }

    static TestServer of(Responder responder) throws IOException {
        return of(FcgiServer.builder().responder(responder)
                .authorizer(request -> "user=alice".equals(request.meta("QUERY_STRING"))
                        ? Decision.granted(Map.of("AUTH_USER", "alice"))
                        : Decision.denied(403, Map.of(), "denied\n"))
                .filter(request -> {
                    request.stdout().write("\n".getBytes(StandardCharsets.US_ASCII));
                    request.data().transferTo(request.stdout());
                }));
    }

    static TestServer of(FcgiServer.Builder builder) throws IOException {
        return new TestServer(builder.listen("127.0.0.1:0").build().start());
    }

    /** A responder with a constant response. */
    static Responder saying(String response) {
        return request -> request.stdout().write(response.getBytes(StandardCharsets.UTF_8));
    }

    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) server.addresses().get(0)).getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
