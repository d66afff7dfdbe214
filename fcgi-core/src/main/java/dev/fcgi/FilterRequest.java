package dev.fcgi;

import java.io.InputStream;
import java.time.Instant;

/** A request of role {@link Role#FILTER}, with the file to be filtered as its second input (FastCGI 6.4). */
public interface FilterRequest extends Request {
    /**
     * The content of the file (DATA), which the web server sends after STDIN. Blocks like {@link #stdin()}; reading it
     * discards the rest of STDIN. It need not be read to its end, or at all.
     *
     * @return the stream, the same at each call
     */
    InputStream data();

    /** {@return the length of the file in bytes (FCGI_DATA_LENGTH), or -1 when the web server sent no valid number} */
    long dataLength();

    /** {@return when the file was changed last (FCGI_DATA_LAST_MOD), or null when the web server sent no valid time} */
    Instant dataLastModified();
}
