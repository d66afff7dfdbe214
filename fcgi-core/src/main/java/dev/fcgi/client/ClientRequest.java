package dev.fcgi.client;

import dev.fcgi.Role;
import dev.fcgi.internal.client.CallParams;
import dev.fcgi.internal.client.CallRequest;
import dev.fcgi.internal.client.Observers;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A request to an application: a role, parameters, and a body. Immutable; a request whose body is a stream can be sent
 * once.
 *
 * {@snippet :
 * ClientRequest request = ClientRequest.responder()
 *         .params(CgiParams.builder("POST", "/upload.php").scriptFilename("/srv/www/upload.php").build())
 *         .body(Files.newInputStream(file), Files.size(file))
 *         .build();
 * }
 */
public final class ClientRequest {
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private final Role role;
    private final CallParams params;
    private final InputStream body;
    private final byte[] bodyBytes;
    private final long bodyLength;
    private final InputStream data;
    private final Consumer<String> stderr;
    private final AtomicBoolean sent = new AtomicBoolean();

    private ClientRequest(Builder builder) {
        role = builder.role;
        body = builder.body;
        bodyBytes = builder.bodyBytes;
        data = builder.data;
        stderr = builder.stderr;
        bodyLength = announcedLength(builder);
        Map<String, String> values =
                bodyLength < 0 || role == Role.AUTHORIZER ? builder.share() : withLength(builder.params, bodyLength);
        params = new CallParams(values, builder.charset);
    }

    private static Map<String, String> withLength(Map<String, String> params, long length) {
        Map<String, String> all = new LinkedHashMap<>(params);
        all.putIfAbsent("CONTENT_LENGTH", Long.toString(length));
        return all;
    }

    /**
     * The length of the body, from CONTENT_LENGTH or the body itself. CONTENT_LENGTH must be right, because PHP-FPM
     * waits forever for missing bytes and takes surplus ones for the next request.
     */
    private static long announcedLength(Builder builder) {
        String announced = builder.params.getOrDefault("CONTENT_LENGTH", "");
        if (builder.role == Role.AUTHORIZER || !LENGTH.matcher(announced).matches()) {
            return builder.bodyLength;
        }
        long length = Long.parseLong(announced);
        boolean unknown = builder.body != null && builder.bodyLength < 0;
        if (!unknown && length != Math.max(0, builder.bodyLength)) {
            throw new IllegalStateException(
                    "CONTENT_LENGTH " + announced + ", but the body has " + Math.max(0, builder.bodyLength) + " bytes");
        }
        return unknown ? length : builder.bodyLength;
    }

    /** {@return a builder for a request of role Responder (FastCGI 6.2)} */
    public static Builder responder() {
        return new Builder(Role.RESPONDER);
    }

    /** {@return a builder for a request of role Authorizer (FastCGI 6.3), which has no body} */
    public static Builder authorizer() {
        return new Builder(Role.AUTHORIZER);
    }

    /**
     * Creates a builder for a request of role Filter (FastCGI 6.4).
     *
     * @param data the file to be filtered; closed as described for {@link Builder#body(InputStream, long)}
     * @param length its length in bytes, at least 0 (FCGI_DATA_LENGTH)
     * @param lastModified when it was changed last; whole seconds are sent (FCGI_DATA_LAST_MOD)
     * @return a builder
     */
    public static Builder filter(InputStream data, long length, Instant lastModified) {
        Objects.requireNonNull(lastModified, "lastModified");
        if (length < 0) {
            throw new IllegalArgumentException("length must be at least 0, was " + length);
        }
        Builder builder = new Builder(Role.FILTER);
        builder.data = Objects.requireNonNull(data, "data");
        return builder.param("FCGI_DATA_LENGTH", Long.toString(length))
                .param("FCGI_DATA_LAST_MOD", Long.toString(lastModified.getEpochSecond()));
    }

    /** {@return the role} */
    public Role role() {
        return role;
    }

    /** {@return the parameters, in order} */
    public Map<String, String> params() {
        return Collections.unmodifiableMap(params.values());
    }

    /** {@return whether it can be sent more than once, because it has no stream} */
    public boolean isRepeatable() {
        return body == null && data == null;
    }

    /** Throws an exception for what FastCGI 6.2 does not allow in a parameter. */
    static void check(String name, String value) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        if (name.indexOf(0) >= 0 || value.indexOf(0) >= 0) {
            throw new IllegalArgumentException("parameter " + name.replace('\0', '?') + " must not contain a NUL");
        }
    }

    /** The request for one call, which begins; allowed only once if it has a stream. */
    CallRequest toCall(Observers observers) {
        if (!isRepeatable() && !sent.compareAndSet(false, true)) {
            throw new IllegalStateException("a request with a stream can be sent only once");
        }
        return new CallRequest(role.code(), params, bodyBytes, body, bodyLength, data, stderr,
                observers.begin(role, params.values()));
    }

    /**
     * Builds a request. Not thread-safe; each setter returns the builder. It may be used again after {@link #build},
     * but each request needs its own stream.
     */
    public static final class Builder {
        private static final byte[] EMPTY = {};

        private final Role role;
        private Map<String, String> params = Map.of();
        /** Whether the parameters are also those of a request, or of {@link CgiParams}, and must stay as they are. */
        private boolean shared = true;
        private Charset charset = StandardCharsets.UTF_8;
        private InputStream body;
        private byte[] bodyBytes = EMPTY;
        private long bodyLength = -1;
        private InputStream data;
        private Consumer<String> stderr;

        private Builder(Role role) {
            this.role = role;
        }

        /**
         * Sets a parameter.
         *
         * @param name its name
         * @param value its value
         * @return this
         * @throws IllegalArgumentException when name or value contains a NUL (not allowed by FastCGI 6.2)
         */
        public Builder param(String name, String value) {
            check(name, value);
            if (shared) {
                params = new LinkedHashMap<>(params);
                shared = false;
            }
            params.put(name, value);
            return this;
        }

        private Map<String, String> share() {
            shared = true;
            return params;
        }

        /**
         * Sets parameters.
         *
         * @param values names and values
         * @return this
         */
        public Builder params(Map<String, String> values) {
            Objects.requireNonNull(values, "values").forEach(this::param);
            return this;
        }

        /**
         * Sets the parameters of a CGI request.
         *
         * @param cgi the request
         * @return this
         */
        public Builder params(CgiParams cgi) {
            Map<String, String> variables = Objects.requireNonNull(cgi, "cgi").toMap();
            if (!params.isEmpty()) {
                return params(variables);
            }
            params = variables; // which were checked, and nobody changes
            shared = true;
            return this;
        }

        /**
         * Sets the charset of all parameters, and of the head of the response ({@link ClientResponse#head}). Default
         * UTF-8. With ISO-8859-1 each character stands for one byte, in both directions, so that a gateway can pass on
         * bytes unchanged.
         *
         * @param charset a charset that includes ASCII
         * @return this
         */
        public Builder charset(Charset charset) {
            this.charset = Objects.requireNonNull(charset, "charset");
            return this;
        }

        /**
         * Sets the body, and CONTENT_LENGTH unless that parameter is set.
         *
         * @param bytes the body; must not be changed afterwards
         * @return this
         */
        public Builder body(byte[] bytes) {
            bodyBytes = Objects.requireNonNull(bytes, "bytes");
            bodyLength = bytes.length;
            body = null;
            return this;
        }

        /**
         * Sets the body as text in UTF-8.
         *
         * @param text the body
         * @return this
         */
        public Builder body(String text) {
            return body(Objects.requireNonNull(text, "text").getBytes(StandardCharsets.UTF_8));
        }

        /**
         * Sets a body that is read while it is sent, by a thread of the client, at the same time as the response is
         * received. {@link FcgiClient#send} passes the stream to the client, which closes it in every case: when the
         * body was sent, when the response ended first, and when the request was refused, aborted, timed out, or never
         * sent. It is never closed while it is being read: if a read still blocks when the response has ended, the
         * client's thread waits for it and then closes the stream.
         *
         * @param stream the body
         * @param length its length, which becomes CONTENT_LENGTH; -1 when it is not known; CONTENT_LENGTH is missing
         *     then, which PHP-FPM and others take for no body
         * @return this
         */
        public Builder body(InputStream stream, long length) {
            body = Objects.requireNonNull(stream, "stream");
            bodyLength = length;
            bodyBytes = EMPTY;
            return this;
        }

        /**
         * Sets a consumer for the lines of STDERR, called as they arrive, without line ends, by the thread that reads
         * the response.
         *
         * @param sink takes a line
         * @return this
         */
        public Builder stderr(Consumer<String> sink) {
            stderr = Objects.requireNonNull(sink, "sink");
            return this;
        }

        /**
         * {@return the request}
         *
         * @throws IllegalStateException when an Authorizer request has a body, or CONTENT_LENGTH is not its length
         */
        public ClientRequest build() {
            if (role == Role.AUTHORIZER && (body != null || bodyBytes.length > 0)) {
                throw new IllegalStateException("a request for an Authorizer must not have a body");
            }
            return new ClientRequest(this);
        }
    }
}
