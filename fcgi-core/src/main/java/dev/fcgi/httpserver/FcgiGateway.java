package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.internal.gateway.DocumentRoot;
import dev.fcgi.internal.gateway.GatewayCall;
import dev.fcgi.internal.gateway.GatewayOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Serves HTTP requests by calling a FastCGI application: a web server for PHP-FPM, or for your own application, in a
 * few lines. It is a handler for the JDK's HTTP server, and can be used in any other HTTP server.
 *
 * {@snippet :
 * FcgiClient client = FcgiClient.to("unix:/run/php/php-fpm.sock");
 * // the default backlog is too short for a burst of connections
 * HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 8080), 1024);
 * http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
 * http.createContext("/", FcgiGateway.builder(client).documentRoot(Path.of("/srv/www")).build());
 * http.start();
 * }
 *
 * <p>May be used by any number of threads concurrently. A call blocks until the response has been passed on, so the
 * HTTP server needs an executor; by default it would handle one request after the other. Before JDK 24, that server
 * blocks inside monitors: on a virtual thread, a slow browser then occupies a carrier thread while its body is read or
 * its response written, and as many such browsers as there are processors stop everything. On these versions use an
 * executor of platform threads. The gateway does not close the client; the caller closes it after the HTTP server.
 *
 * <p><b>Paths.</b> With a document root, a path is followed through directories to the first regular file. If its name
 * has the suffix of a script, it becomes SCRIPT_NAME and the rest of the path PATH_INFO; any other file is sent
 * unchanged, if the path ends there. A directory without a trailing slash is redirected to; with one, its first index
 * file is used. A path that leads nowhere goes to the front controller if there is one, and otherwise gets a 404. The
 * path is that of the URL, whatever the path of the context. The response is 404 for names that begin with a dot
 * (except {@code /.well-known/}), for files outside the root that symbolic links lead to (each is logged; {@link
 * Builder#followLinks} allows them), and for the sources of scripts. It is 400 for control characters, backslashes,
 * encoded slashes, dot segments, two slashes at the beginning, and malformed UTF-8, even with {@link
 * Builder#passAllRequests()}.
 *
 * <p>File names outside ASCII require a JVM that can encode them: on Linux, one started in a UTF-8 locale such as
 * {@code LC_ALL=C.UTF-8}, which services and containers often lack (see the system property {@code sun.jnu.encoding}).
 * Otherwise such files are not found (404).
 *
 * <p><b>Requests.</b> The application gets all variables that RFC 3875 4.1 requires, and REQUEST_URI, DOCUMENT_URI,
 * DOCUMENT_ROOT, SCRIPT_FILENAME, REMOTE_PORT, SERVER_ADDR, REQUEST_SCHEME, HTTPS and REDIRECT_STATUS; after an
 * authenticator of the HTTP server also REMOTE_USER and AUTH_TYPE, but then not the password. SERVER_NAME is the Host
 * header of the browser. Hop-by-hop headers, {@code Proxy}, and headers with anything but letters, digits and hyphens
 * in their names are dropped. Values of headers are passed on byte by byte, in both directions, in any charset; the
 * gateway's own text is UTF-8. A body is read to its end before the request is sent to the application, the first 64
 * KiB in memory and more in a temporary file. So there is a CONTENT_LENGTH even if the length was unknown (chunked),
 * and a slow upload does not occupy a connection to the application (see {@link Builder#streamBodies}).
 *
 * <p><b>Responses.</b> Output is passed on as it arrives. A {@code Location} that is a path, without {@code Status}, is
 * an internal redirect to that path (RFC 3875 6.2.2), at most ten times in a row; any other is passed to the browser.
 * {@code X-Sendfile} (a file on the application's side) and {@code X-Accel-Redirect} (a path of a URL) send a file
 * below the document root, even in directories that begin with a dot, which browsers cannot reach. With {@code
 * X-Accel-Redirect} the same headers of the application are kept as in nginx: Content-Type, Content-Disposition,
 * Set-Cookie, Accept-Ranges, Cache-Control and Expires; an error page has none of them. GET and HEAD of a file honour
 * If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since, and GET also one Range with If-Range (RFC 9110 13
 * and 14). A body without {@code Content-Type} is {@code text/plain}. After the head of a response that has no body,
 * the application has a few seconds to end the request.
 *
 * <p><b>Failures.</b> 502 when the application cannot be reached, closes the connection, or sends what is not a
 * response; 503 when it refuses the request; 504 when it exceeds a timeout of the client; 413 for a body longer than
 * {@link Builder#maxBodyLength}. After an incomplete response the connection is closed, so that the browser can detect
 * it, except with HTTP/1.0 and unknown length. Failures and the lines of STDERR are logged to {@code dev.fcgi.gateway}.
 *
 * <p><b>Browsers that disconnect.</b> The request is aborted when passing on the response or reading a streamed body
 * fails. While the application neither reads nor writes, a disconnect is not noticed, because HTTP servers offer no way
 * to check. Timeouts for browsers are those of the HTTP server.
 *
 * <p><b>The JDK's HTTP server</b> is for development and tests; in production use a web server, which speaks FastCGI
 * itself. The JDK's server responds with 400 to some URLs that browsers send, with <code>{ | ^ [</code> or a bare
 * {@code %}, before the gateway sees them. On keep-alive connections each small response is delayed by 40 ms (Nagle's
 * algorithm and delayed acknowledgements), unless the system property {@code sun.net.httpserver.nodelay} is {@code
 * true}. Its timeouts, {@code sun.net.httpserver.maxReqTime} and {@code maxRspTime}, are off by default. Other servers
 * call {@link #handle(GatewayExchange)}, as {@code fcgi front} does in Jetty.
 */
@SuppressWarnings("exports") // not transitive: who uses it requires jdk.httpserver, else it is not there at run time
public final class FcgiGateway implements HttpHandler {
    private final GatewayOptions options;

    private FcgiGateway(GatewayOptions options) {
        this.options = options;
    }

    /**
     * Creates a builder.
     *
     * @param client the client that calls the application; not closed by the gateway
     * @return a builder with the defaults
     */
    public static Builder builder(FcgiClient client) {
        return new Builder(client);
    }

    /**
     * Handles one request of the JDK's HTTP server; blocks until the response was passed on.
     *
     * @param exchange the request and its response
     * @throws IOException when the browser has disconnected or the response is incomplete; the HTTP server then closes
     *     the connection
     */
    @Override
    public void handle(HttpExchange exchange) throws IOException {
        handle(new JdkExchange(Objects.requireNonNull(exchange, "exchange")));
    }

    /**
     * Handles one request of any other HTTP server; blocks until the response was passed on.
     *
     * @param exchange the request and its response
     * @throws IOException when the browser has disconnected or the response is incomplete; the HTTP server must then
     *     close the connection without ending the body
     */
    public void handle(GatewayExchange exchange) throws IOException {
        new GatewayCall(options, Objects.requireNonNull(exchange, "exchange")).run();
    }

    /**
     * Settings of a gateway; a document root or {@link #passAllRequests()} is required. Not thread-safe; each setter
     * returns the builder, which may be used again after {@link #build}.
     */
    public static final class Builder {
        private final FcgiClient client;
        private final Map<String, String> params = new LinkedHashMap<>();
        private Path documentRoot;
        private String scriptRoot;
        private List<String> index = List.of("index.php", "index.html");
        private List<String> suffixes = List.of(".php");
        private boolean followLinks;
        private String mount;
        private String frontController;
        private long maxBodyLength = 1L << 30;
        private boolean streamBodies;
        private Path temporaryDirectory = Path.of(System.getProperty("java.io.tmpdir"));

        private Builder(FcgiClient client) {
            this.client = Objects.requireNonNull(client, "client");
        }

        /**
         * Sets the directory in which paths are looked up. It may be a symbolic link that is switched later. Anyone who
         * can create scripts in it can run them.
         *
         * @param directory the directory
         * @return this
         */
        public Builder documentRoot(Path directory) {
            documentRoot = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets where the application sees the document root, for instance in its container. Default: the same path.
         *
         * @param path the path for SCRIPT_FILENAME and DOCUMENT_ROOT, without a trailing slash
         * @return this
         */
        public Builder scriptRoot(String path) {
            Objects.requireNonNull(path, "path");
            scriptRoot = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            return this;
        }

        /**
         * Sets the index files of directories; the first that exists is used. Default {@code index.php} and {@code
         * index.html}.
         *
         * @param names file names
         * @return this
         */
        public Builder indexFiles(String... names) {
            Objects.requireNonNull(names, "names");
            for (String name : names) {
                Objects.requireNonNull(name, "name");
                if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
                    throw new IllegalArgumentException(
                            "the name of an index file must not be empty, contain a slash or begin with a dot, was "
                                     + name);
                }
            }
            index = List.of(names);
            return this;
        }

        /**
         * Sets the suffixes of scripts, which are case-sensitive. Files with such a suffix in different case are never
         * sent. Default {@code .php}.
         *
         * @param suffixes the suffixes, each with its dot
         * @return this
         */
        public Builder scriptSuffixes(String... suffixes) {
            for (String suffix : Objects.requireNonNull(suffixes, "suffixes")) {
                Objects.requireNonNull(suffix, "suffix");
                if (suffix.length() < 2 || suffix.charAt(0) != '.' || suffix.indexOf('/') >= 0) {
                    throw new IllegalArgumentException(
                            "the suffix of scripts must be a dot and further characters without a slash, was " + suffix);
                }
            }
            this.suffixes = List.of(suffixes);
            return this;
        }

        /**
         * Sets the script that is called for paths without a file, like {@code try_files $uri $uri/ /index.php} in
         * nginx. It gets the path in REQUEST_URI and no PATH_INFO. Default: none.
         *
         * @param scriptName its path, for instance {@code /index.php}
         * @return this
         */
        public Builder frontController(String scriptName) {
            if (!Objects.requireNonNull(scriptName, "scriptName").startsWith("/")) {
                throw new IllegalArgumentException("scriptName must begin with a slash, was " + scriptName);
            }
            frontController = scriptName;
            return this;
        }

        /**
         * Sets whether symbolic links are followed wherever they lead, such as Laravel's {@code public/storage}, which
         * leads to a directory outside the document root. If set, anyone who can create links below the document root
         * can publish every file that this process may read. Default false: only links to files below the document root
         * are followed.
         *
         * @param follow whether all are followed
         * @return this
         */
        public Builder followLinks(boolean follow) {
            followLinks = follow;
            return this;
        }

        /**
         * Passes all requests to the application, which routes them itself, whatever files exist. SCRIPT_NAME is empty
         * and PATH_INFO the whole path. A document root is then used only for X-Sendfile and DOCUMENT_ROOT.
         *
         * @return this
         */
        public Builder passAllRequests() {
            return passAllRequests("");
        }

        /**
         * Like {@link #passAllRequests()}, for an application below a path: that path becomes SCRIPT_NAME and the rest
         * PATH_INFO. The response to other paths is 404.
         *
         * @param scriptName such as {@code /app}, without a trailing slash
         * @return this
         */
        public Builder passAllRequests(String scriptName) {
            Objects.requireNonNull(scriptName, "scriptName");
            if (!scriptName.isEmpty() && !scriptName.startsWith("/") || scriptName.endsWith("/")) {
                throw new IllegalArgumentException(
                        "scriptName must be empty, or begin and not end with a slash, was " + scriptName);
            }
            mount = scriptName;
            return this;
        }

        /**
         * Sets whether the body of a request is passed on as it arrives, for applications that respond before its end
         * or read it piece by piece. A body of unknown length (chunked) then has no CONTENT_LENGTH, which PHP-FPM and
         * others take for no body, and a slow browser occupies a connection to the application. Default false: a body
         * is read to its end first. A body of known length up to 32 KiB always is, so that the request can be repeated.
         *
         * @param stream whether bodies are passed on as they arrive
         * @return this
         */
        public Builder streamBodies(boolean stream) {
            streamBodies = stream;
            return this;
        }

        /**
         * Sets where bodies over 64 KiB are stored until they are complete. Their files have no name there, so they
         * disappear with their requests in every case. Default: the system property {@code java.io.tmpdir}.
         *
         * @param directory the directory
         * @return this
         */
        public Builder temporaryDirectory(Path directory) {
            temporaryDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets how long the body of a request may be; the response to a longer one is 413. Default 1 GiB.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder maxBodyLength(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("maxBodyLength must be at least 0, was " + bytes);
            }
            maxBodyLength = bytes;
            return this;
        }

        /**
         * Sets a variable of all requests, which may replace one that the gateway sets, such as SERVER_NAME, or
         * SCRIPT_FILENAME for a PHP program with {@link #passAllRequests()}.
         *
         * @param name its name
         * @param value its value
         * @return this
         */
        public Builder param(String name, String value) {
            if (Objects.requireNonNull(name, "name").equals("HTTP_PROXY")) {
                throw new IllegalArgumentException(
                        "HTTP_PROXY must not be set: much software takes it for its configuration (CVE-2016-5385)");
            }
            params.put(name, Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * {@return a gateway with the current settings}
         *
         * @throws IllegalStateException when there is neither a document root nor {@link #passAllRequests()}
         */
        public FcgiGateway build() {
            if (documentRoot == null && mount == null) {
                throw new IllegalStateException("the gateway needs documentRoot(...) or passAllRequests()");
            }
            DocumentRoot root = documentRoot == null
                    ? null : new DocumentRoot(documentRoot, index, suffixes, followLinks);
            String seen = scriptRoot == null && root != null ? root.path().toString() : scriptRoot;
            if ("/".equals(seen)) {
                seen = "";
            }
            return new FcgiGateway(new GatewayOptions(client, root, seen, mount, frontController, maxBodyLength,
                    streamBodies, temporaryDirectory, Map.copyOf(params)));
        }
    }
}
