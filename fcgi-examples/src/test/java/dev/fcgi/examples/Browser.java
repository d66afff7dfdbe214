package dev.fcgi.examples;

import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;

/** Sends requests to a web server. Thread-safe. */
interface Browser extends AutoCloseable {
    /** What came back. */
    record Answer(int status, byte[] body) {}

    /**
     * Sends a request and waits for all of its answer.
     *
     * @param body of a POST; null for a GET
     */
    Answer send(String pathAndQuery, byte[] body) throws Exception;

    @Override
    void close();

    /** {@return one that keeps connections} */
    static Browser of(Function<String, URI> uris) {
        return of(uris, null);
    }

    /** {@return one that keeps connections, and says of what type its bodies are} */
    static Browser of(Function<String, URI> uris, String contentType) {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return new Browser() {
            @Override
            public Answer send(String pathAndQuery, byte[] body) throws Exception {
                HttpRequest.Builder request = HttpRequest.newBuilder(uris.apply(pathAndQuery));
                if (body != null) {
                    request.POST(BodyPublishers.ofByteArray(body));
                }
                if (body != null && contentType != null) {
                    request.header("Content-Type", contentType);
                }
                HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
                return new Answer(answer.statusCode(), answer.body());
            }

            @Override
            public void close() {
                client.shutdownNow();
            }
        };
    }

    /** {@return one for a web server that listens on a Unix socket, in another network; sends no bodies} */
    static Browser of(Path socket) {
        return new Browser() {
            @Override
            public Answer send(String pathAndQuery, byte[] body) throws Exception {
                try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                    String head = "GET " + pathAndQuery + " HTTP/1.0\r\nHost: playground.test\r\n\r\n";
                    channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
                    HttpReply reply = HttpReply.parse(Channels.newInputStream(channel).readAllBytes());
                    return new Answer(reply.status(), reply.body());
                }
            }

            @Override
            public void close() {
                // nothing is kept
            }
        };
    }
}
