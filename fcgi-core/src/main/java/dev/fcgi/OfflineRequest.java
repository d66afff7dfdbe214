package dev.fcgi;

import dev.fcgi.internal.http.MetaVariables;
import dev.fcgi.internal.server.OfflineConnection;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A request without a web server and without a socket, for tests of handlers.
 *
 * {@snippet :
 * OfflineResponse response = OfflineRequest.get("/greet?name=world").respond(app.toResponder());
 * assertEquals(200, response.status());
 * assertEquals("hello world\n", response.text());
 * }
 *
 * <p>The handler runs in a real server, which is started for the request with a connection in memory. So an exception
 * results in a 500, a malformed form in a 400, and limits apply; {@link #start} takes the settings of a server. {@link
 * OfflineResponse#failure()} returns what the handler threw.
 *
 * <p>Immutable; may be sent any number of times, from any thread. Sending blocks until the response is complete and the
 * handler, which runs on another thread, has returned. An interrupt of the waiting thread aborts the request.
 */
public final class OfflineRequest {
    private static final String BOUNDARY = "----fcgi-offline-request";

    private final Map<String, String> params;
    private final byte[] body;
    private final byte[] data;

    private OfflineRequest(Builder builder) {
        params = new LinkedHashMap<>(builder.params);
        body = builder.body();
        data = builder.data;
        if (builder.contentType() != null) {
            params.putIfAbsent("CONTENT_TYPE", builder.contentType());
        }
        if (builder.contentType() != null || body.length > 0) {
            params.putIfAbsent("CONTENT_LENGTH", Integer.toString(body.length));
        }
    }

    /**
     * Creates a GET request.
     *
     * @param target path and query, percent-encoded as in an HTTP request
     * @return the request
     */
    public static OfflineRequest get(String target) {
        return builder("GET", target).build();
    }

    /**
     * Begins a request. It has the meta-variables that nginx would send for a request from 127.0.0.1 to port 80 of
     * localhost.
     *
     * @param method the HTTP method
     * @param target path and query, percent-encoded as in an HTTP request; the decoded path becomes SCRIPT_NAME
     * @return a builder
     */
    public static Builder builder(String method, String target) {
        return new Builder(method, target);
    }

    /** {@return the meta-variables, in order} */
    public Map<String, String> params() {
        return Collections.unmodifiableMap(params);
    }

    /**
     * Sends the request to a Responder.
     *
     * @param responder the handler under test
     * @return the response
     * @throws InterruptedException when the calling thread was interrupted; the request is aborted then
     */
    public OfflineResponse respond(Responder responder) throws InterruptedException {
        return start(FcgiServer.builder().responder(responder), Role.RESPONDER).response();
    }

    /**
     * Sends the request to an Authorizer, without its body.
     *
     * @param authorizer the handler under test
     * @return the response
     * @throws InterruptedException when the calling thread was interrupted; the request is aborted then
     */
    public OfflineResponse authorize(Authorizer authorizer) throws InterruptedException {
        return start(FcgiServer.builder().authorizer(authorizer), Role.AUTHORIZER).response();
    }

    /**
     * Sends the request to a Filter.
     *
     * @param filter the handler under test
     * @return the response
     * @throws InterruptedException when the calling thread was interrupted; the request is aborted then
     */
    public OfflineResponse filter(Filter filter) throws InterruptedException {
        return start(FcgiServer.builder().filter(filter), Role.FILTER).response();
    }

    /**
     * Starts a request and returns immediately, for tests that abort the request or set limits.
     *
     * @param settings handlers and limits; copied, addresses ignored
     * @param role the role to ask for
     * @return the request in flight
     */
    public OfflineCall start(FcgiServer.Builder settings, Role role) {
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(role, "role");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        if (role != Role.FILTER && data.length > 0) {
            throw new IllegalArgumentException("data is for role Filter only, not for " + role);
        }
        return new OfflineCall(
                OfflineConnection.send(settings.offlineOptions(failure::set), role, params, body, data),
                failure, "HEAD".equals(params.get("REQUEST_METHOD")));
    }

    /** Builds a request. Not thread-safe; each setter returns the builder. */
    public static final class Builder {
        private static final byte[] NOTHING = {};

        private final Map<String, String> params;
        private String contentType;
        private byte[] body = NOTHING;
        private final Map<String, String> fields = new LinkedHashMap<>();
        private final ByteArrayOutputStream files = new ByteArrayOutputStream();
        private byte[] data = NOTHING;

        private Builder(String method, String target) {
            Objects.requireNonNull(method, "method");
            int mark = Objects.requireNonNull(target, "target").indexOf('?');
            String path = mark < 0 ? target : target.substring(0, mark);
            params = MetaVariables.of("offline", method,
                    URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8),
                    mark < 0 ? "" : target.substring(mark + 1), target);
        }

        /**
         * Sets a meta-variable.
         *
         * @param name its name, such as {@code REMOTE_USER}
         * @param value its value
         * @return this
         */
        public Builder meta(String name, String value) {
            params.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets a header field of the HTTP request, as the meta-variable that a web server derives from it.
         *
         * @param name its name, such as {@code Cookie}
         * @param value its value
         * @return this
         */
        public Builder header(String name, String value) {
            return meta(MetaVariables.ofField(Objects.requireNonNull(name, "name")), value);
        }

        /**
         * Sets the body.
         *
         * @param type its media type
         * @param content the body; copied
         * @return this
         * @throws IllegalStateException when there is a form already
         */
        public Builder body(String type, byte[] content) {
            Objects.requireNonNull(type, "type");
            byte[] copy = Objects.requireNonNull(content, "content").clone();
            if (!fields.isEmpty() || files.size() > 0) {
                throw new IllegalStateException("a request has either a body or fields of a form");
            }
            contentType = type;
            body = copy;
            return this;
        }

        /**
         * Sets the body.
         *
         * @param type its media type
         * @param text the body, sent as UTF-8
         * @return this
         * @throws IllegalStateException when there is a form already
         */
        public Builder body(String type, String text) {
            return body(type, Objects.requireNonNull(text, "text").getBytes(StandardCharsets.UTF_8));
        }

        /**
         * Adds a field of a form. With {@link #file} the form is {@code multipart/form-data}, else
         * {@code application/x-www-form-urlencoded}.
         *
         * @param name its name
         * @param value its value
         * @return this
         * @throws IllegalStateException when there is a body already
         */
        public Builder field(String name, String value) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
            requireNoBody();
            fields.put(name, value);
            return this;
        }

        /**
         * Adds an upload to a form.
         *
         * @param name the name of the field
         * @param fileName the name of the file
         * @param type its media type
         * @param content the file
         * @return this
         * @throws IllegalStateException when there is a body already
         */
        public Builder file(String name, String fileName, String type, byte[] content) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(fileName, "fileName");
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(content, "content");
            requireNoBody();
            part(files, "Content-Disposition: form-data; name=\"" + quoted(name) + "\"; filename=\"" + quoted(fileName)
                    + "\"\r\nContent-Type: " + type, content);
            return this;
        }

        private void requireNoBody() {
            if (contentType != null) {
                throw new IllegalStateException("a request has either a body or fields of a form");
            }
        }

        /**
         * Sets the file that a Filter gets (FastCGI 6.4).
         *
         * @param content the file; copied
         * @param lastModified when it was changed last
         * @return this
         */
        public Builder data(byte[] content, Instant lastModified) {
            Objects.requireNonNull(content, "content");
            Objects.requireNonNull(lastModified, "lastModified");
            data = content.clone();
            return meta("FCGI_DATA_LENGTH", Integer.toString(content.length))
                    .meta("FCGI_DATA_LAST_MOD", Long.toString(lastModified.getEpochSecond()));
        }

        /** {@return the request; the builder may be used again} */
        public OfflineRequest build() {
            return new OfflineRequest(this);
        }

        private boolean isMultipart() {
            return files.size() > 0;
        }

        private String contentType() {
            if (isMultipart()) {
                return "multipart/form-data; boundary=" + BOUNDARY;
            }
            return fields.isEmpty() ? contentType : "application/x-www-form-urlencoded";
        }

        private byte[] body() {
            if (isMultipart()) {
                ByteArrayOutputStream form = new ByteArrayOutputStream();
                fields.forEach((name, value) -> part(form,
                        "Content-Disposition: form-data; name=\"" + quoted(name) + '"', utf8(value)));
                form.writeBytes(files.toByteArray());
                form.writeBytes(utf8("--" + BOUNDARY + "--\r\n"));
                return form.toByteArray();
            }
            return fields.isEmpty() ? body : utf8(urlencoded());
        }

        private String urlencoded() {
            StringBuilder form = new StringBuilder();
            fields.forEach((name, value) -> form.append(form.isEmpty() ? "" : "&")
                    .append(URLEncoder.encode(name, StandardCharsets.UTF_8)).append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
            return form.toString();
        }

        private static void part(ByteArrayOutputStream form, String head, byte[] content) {
            form.writeBytes(utf8("--" + BOUNDARY + "\r\n" + head + "\r\n\r\n"));
            form.writeBytes(content);
            form.writeBytes(utf8("\r\n"));
        }

        /** As browsers do. */
        private static String quoted(String name) {
            return name.replace("\r", "%0D").replace("\n", "%0A").replace("\"", "%22");
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
