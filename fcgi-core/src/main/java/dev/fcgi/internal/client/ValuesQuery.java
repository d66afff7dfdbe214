package dev.fcgi.internal.client;

import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Queries GET_VALUES (FastCGI 4.1) on a connection that is used for nothing else. */
final class ValuesQuery {
    private final Connector.Connected connected;
    private final Transport transport;

    /** @param connected closed by the caller at the end, even after {@link #ask} has stopped waiting */
    ValuesQuery(Connector.Connected connected) {
        this.connected = connected;
        this.transport = connected.transport();
    }

    /** {@return the answer; empty when there was none in time, or the connection ended} */
    Map<String, String> ask(ClientOptions options, String... names) throws IOException {
        CompletableFuture<Map<String, String>> answer = new CompletableFuture<>();
        options.threads.accept(() -> {
            try {
                answer.complete(exchange(names));
            } catch (IOException e) {
                answer.complete(Map.of()); // some applications close the connection on this query
            } catch (Throwable e) { // for example out of memory: the caller must not wait in vain
                answer.completeExceptionally(e);
            }
        });
        try {
            return options.clock.get(answer, options.valuesTimeout);
        } catch (TimeoutException e) {
            return Map.of();
        } catch (ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for values");
        }
    }

    private Map<String, String> exchange(String... names) throws IOException {
        Map<String, String> asked = new LinkedHashMap<>();
        for (String name : names) {
            asked.put(name, "");
        }
        byte[] query = NameValuePairs.encode(asked);
        RecordBuffer records = new RecordBuffer(query.length + 64, true); // libfcgi answers immediately only with padding
        records.append(Fcgi.GET_VALUES, Fcgi.NULL_REQUEST_ID, query, 0, query.length);
        records.close();
        ByteBuffer bytes = records.view();
        while (bytes.hasRemaining()) {
            transport.write(bytes);
        }
        RecordReader reader = new RecordReader(transport.input());
        try {
            while (reader.next()) {
                connected.arrival().answered();
                if (reader.type() == Fcgi.GET_VALUES_RESULT) {
                    return NameValuePairs.decode(reader.readContent(Fcgi.MAX_LENGTH));
                }
                reader.ignoreContent();
            }
            return Map.of();
        } finally {
            reader.end(); // closing the transport ends the read, whatever the server sends
        }
    }
}
