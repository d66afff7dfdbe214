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
 * Answers HTTP requests by a FastCGI application: a web server for PHP-FPM, or for an application of one's own, in a
 * few lines. It is a handler of the JDK's HTTP server, and answers in any other.
 *
 * {@snippet :
 * FcgiClient client = FcgiClient.to("unix:/run/php/php-fpm.sock");
 * HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 8080), 1024); // by default it resets a burst
 * http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
 * http.createContext("/", FcgiGateway.builder(client).documentRoot(Path.of("/srv/www")).build());
 * http.start();
 * }
 *
 * <p>May be used by any number of threads at once. A call blocks until the response is passed on, so the HTTP server
 * needs an executor; by default it would do one request after the other. Before JDK 24, that server blocks inside
 * monitors: on a virtual thread, a slow browser then occupies a carrier while its body is read or its response written,
 * and as many of them as there are processors stop everything. Give it an executor of platform threads there. The
 * client stays the caller's, to be closed after the HTTP server.
 *
 * <p><b>Paths.</b> With a document root, a path is walked along directories to the first regular file. If its name ends
 * like that of a script it is SCRIPT_NAME, and the rest of the path is PATH_INFO; any other file is sent as it is, if
 * the path ends there. A directory without slash is redirected to, one with slash is answered by its first index file;
 * what leads nowhere goes to the front controller, if there is one, else 404. The path is that of the URL, whatever the
 * path of the context. Refused are: names that begin with a dot (404; but not {@code /.well-known/}), files that
 * symbolic links lead to outside of the root (404, and a line in the log for each; {@link Builder#followLinks} allows
 * them), sources of scripts (404). With 400: control characters, backslashes, encoded slashes, dot segments, two
 * slashes at the beginning, what is not UTF-8; also where the application routes by itself.
 *
 * <p>Names of files outside ASCII need a JVM that can write them: on Linux a locale with UTF-8 when it starts, such as
 * {@code LC_ALL=C.UTF-8}, which services and containers often lack (system property {@code sun.jnu.encoding}). Without,
 * such files are not there (404).
 *
 * <p><b>Requests.</b> All variables of RFC 3875 4.1 that must be there are; besides REQUEST_URI, DOCUMENT_URI,
 * DOCUMENT_ROOT, SCRIPT_FILENAME, REMOTE_PORT, SERVER_ADDR, REQUEST_SCHEME, HTTPS, REDIRECT_STATUS; REMOTE_USER and
 * AUTH_TYPE where an authenticator of the HTTP server has worked, which then keeps the password to itself. SERVER_NAME
 * is what the browser says (Host). Headers of the connection, {@code Proxy}, and those with anything but letters,
 * digits and hyphens in their names are dropped. Values of headers are passed on byte by byte, in both directions,
 * whatever charset they are in; the gateway's own text is UTF-8. A body is read to its end before the application hears
 * of the request, up to 64 KiB in memory, then in a temporary file: so CONTENT_LENGTH is there also for one of unknown
 * length (chunked), and a slow upload occupies no connection to the application ({@link Builder#streamBodies}).
 *
 * <p><b>Responses.</b> Output is passed on as it arrives. {@code Location} with a path and without {@code Status} is
 * answered by that path (RFC 3875 6.2.2), at most ten times in a row, any other is the browser's. {@code X-Sendfile} (a
 * file on the application's side) and {@code X-Accel-Redirect} (a path of a URL) send a file below the document root,
 * there also below directories that begin with a dot, where browsers do not get. With {@code X-Accel-Redirect} only
 * those headers of the application remain that remain in nginx: Content-Type, Content-Disposition, Set-Cookie,
 * Accept-Ranges, Cache-Control, Expires; an error page has none of them. GET and HEAD of a file obey If-Match,
 * If-None-Match, If-Modified-Since, If-Unmodified-Since, and GET one Range with If-Range (RFC 9110 13 and 14). A body
 * without {@code Content-Type} is {@code text/plain}. After the head of a response that has no body, the application
 * has some seconds to end.
 *
 * <p><b>Failures.</b> 502 when the application cannot be reached, closes the connection, or sends what is not a
 * response; 503 when it refuses; 504 when it exceeds a timeout of the client; 413 for a body over {@link
 * Builder#maxBodyLength}. An incomplete response is followed by the end of the connection, so that the browser can
 * tell, except with HTTP/1.0 and unknown length. These, and the lines of STDERR, go to the logger {@code
 * dev.fcgi.gateway}.
 *
 * <p><b>Browsers that go away.</b> The request is aborted when passing the response on fails, or reading a streamed
 * body does. While the application neither reads nor writes, it is not seen: HTTP servers have no way to ask. How long
 * a browser may take is a matter of the HTTP server.
 *
 * <p><b>The JDK's HTTP server</b> is for development and for tests; production wants a web server, which speaks FastCGI
 * itself. It answers 400 to URLs that browsers send, with <code>{ | ^ [</code> or a bare {@code %}, before the gateway
 * sees them. On kept connections each small response takes 40 ms longer than it should (Nagle's algorithm and delayed
 * acknowledgements), unless the system property {@code sun.net.httpserver.nodelay} is {@code true}. Its limits in time,
 * {@code sun.net.httpserver.maxReqTime} and {@code maxRspTime}, are off by default. In another server, {@link
 * #handle(GatewayExchange)} answers; {@code fcgi front} does so in Jetty.
 */
@SuppressWarnings("exports") // not transitive: who uses it requires jdk.httpserver, else it is not there at run time
public final class FcgiGateway implements HttpHandler {
    private final GatewayOptions options;

    private FcgiGateway(GatewayOptions options) {
        this.options = options;
    }

    /**
     * Makes a builder.
     *
     * @param client what calls the application; not closed by the gateway
     * @return a builder with the defaults
     */
    public static Builder builder(FcgiClient client) {
        return new Builder(client);
    }

    /**
     * Answers one request of the JDK's HTTP server; blocks until it is answered.
     *
     * @param exchange the request and its response
     * @throws IOException when the browser has gone, or the response is incomplete: the HTTP server closes the
     *     connection
     */
    @Override
    public void handle(HttpExchange exchange) throws IOException {
        handle(new JdkExchange(Objects.requireNonNull(exchange, "exchange")));
    }

    /**
     * Answers one request of any other HTTP server; blocks until it is answered.
     *
     * @param exchange the request and its response
     * @throws IOException when the browser has gone, or the response is incomplete: the HTTP server must close the
     *     connection, and not end the body
     */
    public void handle(GatewayExchange exchange) throws IOException {
        new GatewayCall(options, Objects.requireNonNull(exchange, "exchange")).run();
    }

    /**
     * Settings of a gateway: at least a document root, or {@link #passAllRequests()}. Not thread-safe; each setter
     * returns the builder, which can be used on after {@link #build}.
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
         * Sets the directory that paths lead into. It may be a symbolic link that is switched later. Whoever can make
         * scripts in it can run them.
         *
         * @param directory the directory
         * @return this
         */
        public Builder documentRoot(Path directory) {
            documentRoot = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets where the document root is on the side of the application, for instance in its container. Default: the
         * same.
         *
         * @param path for SCRIPT_FILENAME and DOCUMENT_ROOT, without a slash at its end
         * @return this
         */
        public Builder scriptRoot(String path) {
            Objects.requireNonNull(path, "path");
            scriptRoot = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            return this;
        }

        /**
         * Sets the files that answer for a directory, the first that is there. Default {@code index.php} and {@code
         * index.html}.
         *
         * @param names names of files
         * @return this
         */
        public Builder indexFiles(String... names) {
            Objects.requireNonNull(names, "names");
            for (String name : names) {
                Objects.requireNonNull(name, "name");
                if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
                    throw new IllegalArgumentException("not the name of an index file: " + name);
                }
            }
            index = List.of(names);
            return this;
        }

        /**
         * Sets how the names of scripts end, in exactly this case. Files that end so in another case are never sent.
         * Default {@code .php}.
         *
         * @param suffixes the ends of names, each with its dot
         * @return this
         */
        public Builder scriptSuffixes(String... suffixes) {
            for (String suffix : Objects.requireNonNull(suffixes, "suffixes")) {
                Objects.requireNonNull(suffix, "suffix");
                if (suffix.length() < 2 || suffix.charAt(0) != '.' || suffix.indexOf('/') >= 0) {
                    throw new IllegalArgumentException("not the suffix of a script's name: " + suffix);
                }
            }
            this.suffixes = List.of(suffixes);
            return this;
        }

        /**
         * Sets the script that answers where there is no file: {@code try_files $uri $uri/ /index.php} of nginx. It
         * sees the path in REQUEST_URI and has no PATH_INFO. Default none.
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
         * Sets whether symbolic links are followed wherever they lead, such as {@code public/storage} of Laravel, which
         * leads to a directory beside the document root. Whoever can make links below the document root can then show
         * all files that this process may read. Default false: only links to files below the document root are
         * followed.
         *
         * @param follow whether all are followed
         * @return this
         */
        public Builder followLinks(boolean follow) {
            followLinks = follow;
            return this;
        }

        /**
         * Gives all requests to the application, whatever files there are: it routes by itself. SCRIPT_NAME is empty
         * and PATH_INFO the whole path. A document root is then only for X-Sendfile and DOCUMENT_ROOT.
         *
         * @return this
         */
        public Builder passAllRequests() {
            return passAllRequests("");
        }

        /**
         * As {@link #passAllRequests()}, for an application that has a place of its own: SCRIPT_NAME is that place,
         * PATH_INFO what follows; paths that do not begin there are answered with 404.
         *
         * @param scriptName such as {@code /app}, without a slash at its end
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
         * Sets whether the body of a request goes on as it arrives, for applications that answer before its end, or
         * read it piece by piece. Then one of unknown length (chunked) has no CONTENT_LENGTH, which PHP-FPM and
         * others take for no body, and a slow browser occupies a connection to the application. Default false: a body
         * is read to its end first. One of known length up to 32 KiB always is, so that the request can be repeated.
         *
         * @param stream whether they go on as they arrive
         * @return this
         */
        public Builder streamBodies(boolean stream) {
            streamBodies = stream;
            return this;
        }

        /**
         * Sets where bodies over 64 KiB wait until they are whole. Their files have no name there, and are gone with
         * their requests, whatever happens. Default: the system property {@code java.io.tmpdir}.
         *
         * @param directory the directory
         * @return this
         */
        public Builder temporaryDirectory(Path directory) {
            temporaryDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets how long the body of a request may be; over that the answer is 413. Default 1 GiB.
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
         * Sets a variable of all requests, also instead of one that the gateway makes: SERVER_NAME, for instance, or
         * SCRIPT_FILENAME for {@link #passAllRequests()} of a PHP program.
         *
         * @param name its name
         * @param value its value
         * @return this
         */
        public Builder param(String name, String value) {
            if (Objects.requireNonNull(name, "name").equals("HTTP_PROXY")) {
                throw new IllegalArgumentException("HTTP_PROXY is not for scripts");
            }
            params.put(name, Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * {@return a gateway with the settings as they are now}
         *
         * @throws IllegalStateException when there is neither a document root nor {@link #passAllRequests()}
         */
        public FcgiGateway build() {
            if (documentRoot == null && mount == null) {
                throw new IllegalStateException("neither a document root nor passAllRequests()");
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
