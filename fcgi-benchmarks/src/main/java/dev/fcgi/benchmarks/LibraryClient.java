package dev.fcgi.benchmarks;

import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;

/** The library's client. */
final class LibraryClient implements LoadClient {
    private final FcgiClient client;
    private final ClientRequest request;
    private final ClientResponse[] responses;
    private final byte[] buffer = new byte[64 * 1024];

    LibraryClient(SocketAddress address, EndToEndBench.Load load) {
        request = ClientRequest.responder().params(Messages.ENVIRONMENT).body(new byte[load.bodyLength]).build();
        responses = new ClientResponse[load.connections * load.requestsEach];
        client = FcgiClient.builder()
                .address(address)
                .maxConnections(load.connections)
                .keepAlive(load.keep)
                .multiplex(load.requestsEach > 1)
                .maxRequestsPerConnection(load.requestsEach)
                .build();
    }

    @Override
    public void exchange() throws IOException {
        for (int i = 0; i < responses.length; i++) {
            responses[i] = client.send(request);
        }
        for (ClientResponse response : responses) {
            try (response) {
                if (response.head().status() != 200) {
                    throw new IOException("status " + response.head().status());
                }
                InputStream body = response.body();
                while (body.read(buffer) >= 0) {
                    // to the end
                }
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
