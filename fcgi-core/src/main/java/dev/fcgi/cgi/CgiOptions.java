package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.FormLimits;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Limits and habits of {@link CgiExchange}. Immutable: each setter returns a changed copy.
 *
 * {@snippet :
 * CgiOptions options = CgiOptions.DEFAULT.maxBodyLength(10_000_000).trustForwarded(true);
 * }
 */
public final class CgiOptions {
    /** The defaults, which the setters name. */
    public static final CgiOptions DEFAULT = new CgiOptions();

    private long maxBodyLength = 1L << 30;
    private int maxFieldLength = 1 << 20;
    private int maxFields = 1000;
    private int memoryThreshold = 64 * 1024;
    private Path temporaryDirectory = Path.of(System.getProperty("java.io.tmpdir"));
    private int responseBuffer = 8 * 1024;
    private Charset charset = StandardCharsets.UTF_8;
    private boolean trustForwarded;
    private boolean semicolonSeparates;

    private CgiOptions() {}

    private CgiOptions(CgiOptions other) {
        maxBodyLength = other.maxBodyLength;
        maxFieldLength = other.maxFieldLength;
        maxFields = other.maxFields;
        memoryThreshold = other.memoryThreshold;
        temporaryDirectory = other.temporaryDirectory;
        responseBuffer = other.responseBuffer;
        charset = other.charset;
        trustForwarded = other.trustForwarded;
        semicolonSeparates = other.semicolonSeparates;
    }

    /**
     * Limits the body of a request; a larger one is a {@link CgiException} with status 413.
     *
     * @param bytes default 1 GiB; {@link Long#MAX_VALUE} for no limit
     * @return a changed copy
     */
    public CgiOptions maxBodyLength(long bytes) {
        CgiOptions changed = new CgiOptions(this);
        changed.maxBodyLength = notNegative(bytes, "maxBodyLength");
        return changed;
    }

    /**
     * Limits the text fields of a form, all together: they are kept in memory.
     *
     * @param bytes default 1 MiB
     * @return a changed copy
     */
    public CgiOptions maxFieldLength(int bytes) {
        CgiOptions changed = new CgiOptions(this);
        changed.maxFieldLength = (int) notNegative(bytes, "maxFieldLength");
        return changed;
    }

    /**
     * Limits the number of fields in a query or a form, uploads included.
     *
     * @param count default 1000
     * @return a changed copy
     */
    public CgiOptions maxFields(int count) {
        CgiOptions changed = new CgiOptions(this);
        changed.maxFields = (int) notNegative(count, "maxFields");
        return changed;
    }

    /**
     * Sets up to which size an upload is kept in memory; a larger one goes to a temporary file.
     *
     * @param bytes default 64 KiB
     * @return a changed copy
     */
    public CgiOptions memoryThreshold(int bytes) {
        CgiOptions changed = new CgiOptions(this);
        changed.memoryThreshold = (int) notNegative(bytes, "memoryThreshold");
        return changed;
    }

    /**
     * Sets where temporary files are made. They disappear with the exchange, and with the process.
     *
     * @param directory default: the system property {@code java.io.tmpdir}
     * @return a changed copy
     */
    public CgiOptions temporaryDirectory(Path directory) {
        CgiOptions changed = new CgiOptions(this);
        changed.temporaryDirectory = Objects.requireNonNull(directory, "directory");
        return changed;
    }

    /**
     * Sets how much of a response is collected: one that fits is sent with its Content-Length.
     *
     * @param bytes default 8 KiB
     * @return a changed copy
     */
    public CgiOptions responseBuffer(int bytes) {
        CgiOptions changed = new CgiOptions(this);
        changed.responseBuffer = (int) notNegative(bytes, "responseBuffer");
        return changed;
    }

    /**
     * Sets the charset of forms, and of responses unless they choose their own.
     *
     * @param charset default UTF-8
     * @return a changed copy
     */
    public CgiOptions charset(Charset charset) {
        CgiOptions changed = new CgiOptions(this);
        changed.charset = Objects.requireNonNull(charset, "charset");
        return changed;
    }

    /**
     * Sets whether {@code X-Forwarded-Host}, {@code -Proto} and {@code -Port} count for the scheme, host and port of
     * URLs. Anybody can send these headers: only right behind a proxy that sets them.
     *
     * @param trust default false
     * @return a changed copy
     */
    public CgiOptions trustForwarded(boolean trust) {
        CgiOptions changed = new CgiOptions(this);
        changed.trustForwarded = trust;
        return changed;
    }

    /**
     * Sets whether {@code ;} separates the fields of a query or an urlencoded form, as {@code &} does. CGI.pm reads and
     * writes queries so; browsers, caches and other servers do not, and what is one parameter for them and two here can
     * poison a cache or pass a filter.
     *
     * @param separates default false
     * @return a changed copy
     */
    public CgiOptions semicolonSeparates(boolean separates) {
        CgiOptions changed = new CgiOptions(this);
        changed.semicolonSeparates = separates;
        return changed;
    }

    private static long notNegative(long value, String name) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " " + value + " is negative");
        }
        return value;
    }

    long maxBodyLength() {
        return maxBodyLength;
    }

    int maxFieldLength() {
        return maxFieldLength;
    }

    int maxFields() {
        return maxFields;
    }

    FormLimits formLimits() {
        return new FormLimits(maxFieldLength, maxFields, memoryThreshold, temporaryDirectory);
    }

    int responseBuffer() {
        return responseBuffer;
    }

    Charset charset() {
        return charset;
    }

    boolean trustForwarded() {
        return trustForwarded;
    }

    boolean semicolonSeparates() {
        return semicolonSeparates;
    }
}
