package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;

final class PublishedBodyTest {
    /** Publishes pieces, never more than were asked for, and then the end. */
    private static final class Pieces implements Flow.Publisher<ByteBuffer>, Flow.Subscription {
        private final Queue<String> left;
        private final Throwable end;
        private Flow.Subscriber<? super ByteBuffer> subscriber;
        private boolean cancelled;

        Pieces(Throwable end, String... pieces) {
            this.left = new ArrayDeque<>(List.of(pieces));
            this.end = end;
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            assertEquals(1, count);
            if (!left.isEmpty()) {
                subscriber.onNext(ByteBuffer.wrap(left.remove().getBytes(StandardCharsets.UTF_8)));
            } else if (end == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(end);
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Test
    void piecesComeOneByOneUpToTheEnd() throws IOException {
        PublishedBody body = new PublishedBody(new Pieces(null, "one", "", " two"));
        assertEquals("one two", new String(body.readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(-1, body.read());
    }

    @Test
    void aFailureOfThePublisherIsOneOfReading() throws IOException {
        PublishedBody body = new PublishedBody(new Pieces(new IllegalStateException("broken"), "a"));
        assertEquals('a', body.read());
        assertEquals("broken", assertThrows(IOException.class, body::read).getCause().getMessage());
    }

    @Test
    void closingCancels() throws IOException {
        Pieces pieces = new Pieces(null, "a", "b");
        PublishedBody body = new PublishedBody(pieces);
        body.read();
        body.close();
        assertTrue(pieces.cancelled);
    }

    @Test
    void aServerGetsWhatIsPublished() throws Exception {
        // a thread that spun until there is a subscriber would keep all others from the only carrier of one processor
        SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>() {
            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
                super.subscribe(subscriber);
                Thread.startVirtualThread(() -> publish(this));
            }
        };
        try (FcgiServer server = FcgiServer.builder().listen(0).responder(request -> {
            request.stdout().write("Content-Type: text/plain\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            request.stdin().transferTo(request.stdout());
        }).build().start(); FcgiClient client = FcgiClient.to(server.addresses().get(0))) {
            ClientRequest request = ClientRequest.responder().params(CgiParams.of("POST", "/"))
                    .body(publisher, -1).build();
            try (ClientResponse response = client.send(request)) {
                assertEquals(1_000_000, response.body().readAllBytes().length);
            }
        }
    }

    private static void publish(SubmissionPublisher<ByteBuffer> publisher) {
        for (int i = 0; i < 100; i++) {
            publisher.submit(ByteBuffer.wrap(new byte[10_000]));
        }
        publisher.close();
    }
}
