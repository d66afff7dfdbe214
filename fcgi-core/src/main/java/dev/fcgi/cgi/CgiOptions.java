package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.FormLimits;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Limits and defaults of {@link CgiExchange}. Immutable.
 *
 * {@snippet :
 * CgiOptions options = CgiOptions.builder().maxBodyLength(10_000_000).trustForwarded(true).build();
 * }
 */
public final class CgiOptions {
    /** The defaults, which the setters document. */
    public static final CgiOptions DEFAULT = builder().build();

    private final long maxBodyLength;
    private final int maxFieldsLength;
    private final int maxFields;
    private final int memoryThreshold;
    private final Path temporaryDirectory;
    private final int responseBuffer;
    private final Charset charset;
    private final boolean trustForwarded;
    private final boolean semicolonSeparates;

    private CgiOptions(Builder builder) {
        maxBodyLength = builder.maxBodyLength;
        maxFieldsLength = builder.maxFieldsLength;
        maxFields = builder.maxFields;
        memoryThreshold = builder.memoryThreshold;
        temporaryDirectory = builder.temporaryDirectory;
        responseBuffer = builder.responseBuffer;
        charset = builder.charset;
        trustForwarded = builder.trustForwarded;
        semicolonSeparates = builder.semicolonSeparates;
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    long maxBodyLength() {
        return maxBodyLength;
    }

    int maxFieldsLength() {
        return maxFieldsLength;
    }

    int maxFields() {
        return maxFields;
    }

    FormLimits formLimits() {
        return new FormLimits(maxFieldsLength, maxFields, memoryThreshold, temporaryDirectory);
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

    /** Limits and defaults of exchanges. Not thread-safe; each setter returns the builder. */
    public static final class Builder {
        private long maxBodyLength = 1L << 30;
        private int maxFieldsLength = 1 << 20;
        private int maxFields = 1000;
        private int memoryThreshold = 64 * 1024;
        private Path temporaryDirectory = Path.of(System.getProperty("java.io.tmpdir"));
        private int responseBuffer = 8 * 1024;
        private Charset charset = StandardCharsets.UTF_8;
        private boolean trustForwarded;
        private boolean semicolonSeparates;

        private Builder() {}

        /**
         * Limits the length of a request body; reading a longer one throws a {@link CgiException} with status 413.
         *
         * @param bytes default 1 GiB; {@link Long#MAX_VALUE} for no limit
         * @return this
         */
        public Builder maxBodyLength(long bytes) {
            maxBodyLength = notNegative(bytes, "maxBodyLength");
            return this;
        }

        /**
         * Limits the total length of the text fields of a form, which are kept in memory.
         *
         * @param bytes default 1 MiB
         * @return this
         */
        public Builder maxFieldsLength(int bytes) {
            maxFieldsLength = (int) notNegative(bytes, "maxFieldsLength");
            return this;
        }

        /**
         * Limits the number of fields in a query or a form, uploads included.
         *
         * @param count default 1000
         * @return this
         */
        public Builder maxFields(int count) {
            maxFields = (int) notNegative(count, "maxFields");
            return this;
        }

        /**
         * Sets up to which size an upload is kept in memory; a larger one goes to a temporary file.
         *
         * @param bytes default 64 KiB
         * @return this
         */
        public Builder memoryThreshold(int bytes) {
            memoryThreshold = (int) notNegative(bytes, "memoryThreshold");
            return this;
        }

        /**
         * Sets where temporary files are created. They are deleted when the exchange or the process ends.
         *
         * @param directory default: the system property {@code java.io.tmpdir}
         * @return this
         */
        public Builder temporaryDirectory(Path directory) {
            temporaryDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets how much of a response is buffered. A response that fits is sent with its Content-Length.
         *
         * @param bytes default 8 KiB
         * @return this
         */
        public Builder responseBuffer(int bytes) {
            responseBuffer = (int) notNegative(bytes, "responseBuffer");
            return this;
        }

        /**
         * Sets the charset of forms, and of responses unless they choose their own.
         *
         * @param charset default UTF-8
         * @return this
         */
        public Builder charset(Charset charset) {
            this.charset = Objects.requireNonNull(charset, "charset");
            return this;
        }

        /**
         * Sets whether {@code X-Forwarded-Host}, {@code -Proto} and {@code -Port} determine the scheme, host and port
         * of URLs. Any client can send these headers, so enable this only behind a proxy that sets them itself.
         *
         * @param trust default false
         * @return this
         */
        public Builder trustForwarded(boolean trust) {
            trustForwarded = trust;
            return this;
        }

        /**
         * Sets whether {@code ;} separates the fields of a query or an urlencoded form, as {@code &} does. CGI.pm reads
         * and writes queries this way; browsers, caches and other servers do not. Text that is one parameter for them
         * and two here can poison a cache or evade a filter.
         *
         * @param separates default false
         * @return this
         */
        public Builder semicolonSeparates(boolean separates) {
            semicolonSeparates = separates;
            return this;
        }

        private static long notNegative(long value, String name) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " must be at least 0, was " + value);
            }
            return value;
        }

        /** {@return the options; the builder may be used again} */
        public CgiOptions build() {
            return new CgiOptions(this);
        }
    }
}
