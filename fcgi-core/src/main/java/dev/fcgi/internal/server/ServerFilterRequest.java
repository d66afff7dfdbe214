package dev.fcgi.internal.server;

import dev.fcgi.FilterRequest;
import dev.fcgi.Role;
import dev.fcgi.internal.wire.Fcgi;
import java.io.InputStream;
import java.time.Instant;

/** A request of role Filter: with DATA after STDIN. */
final class ServerFilterRequest extends ServerRequest implements FilterRequest {
    private final InputStream data;

    ServerFilterRequest(ServerConnection connection, int id) {
        super(connection, id, Role.FILTER);
        data = new FilterData(input(Fcgi.STDIN), input(Fcgi.DATA));
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
