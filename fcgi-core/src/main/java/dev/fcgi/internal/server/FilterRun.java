package dev.fcgi.internal.server;

import dev.fcgi.FilterRequest;
import java.io.InputStream;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/** A request of role Filter: with DATA after STDIN. */
final class FilterRun extends HandlerRun implements FilterRequest {
    private final InputStream data;

    FilterRun(ServerContext context, ServerConnection connection, ServerRequest request, ReentrantLock lock) {
        super(context, connection, request, lock);
        data = new FilterData(request.input.stdin, request.input.data);
    }

    @Override
    public InputStream data() {
        return data;
    }

    @Override
    public long dataLength() {
        return FilterData.length(params());
    }

    @Override
    public Instant dataLastModified() {
        return FilterData.lastModified(params());
    }
}
