package dev.fcgi.benchmarks;

import java.io.IOException;

/** The client side of a benchmark. */
interface LoadClient extends AutoCloseable {
    /** Sends as many requests as the load has, then takes all responses. */
    void exchange() throws IOException;

    @Override
    void close() throws IOException;
}
