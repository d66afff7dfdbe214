package dev.fcgi.internal.gateway;

import dev.fcgi.CgiHead;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.RequestRefusedException;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.httpserver.GatewayExchange;
import dev.fcgi.internal.gateway.DocumentRoot.Directory;
import dev.fcgi.internal.gateway.DocumentRoot.Found;
import dev.fcgi.internal.gateway.DocumentRoot.Nothing;
import dev.fcgi.internal.gateway.DocumentRoot.Plain;
import dev.fcgi.internal.gateway.DocumentRoot.Script;
import dev.fcgi.internal.http.Status;
import dev.fcgi.internal.text.Ascii;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** One exchange with a browser. Confined to its thread, except {@link RequestBody}. */
public final class GatewayCall {
    private static final Logger LOG = System.getLogger("dev.fcgi.gateway");
    private static final int MAX_REDIRECTS = 10;
    /** Bodies up to this length are always read before they are sent, which makes the request repeatable. */
    private static final int SMALL = 32 * 1024;
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    private final GatewayOptions options;
    private final GatewayExchange exchange;
    private final HeaderFields headers;
    private final Reply reply;
    private final boolean isHead;
    /** Null when there is none. */
    private RequestBody body;

    public GatewayCall(GatewayOptions options, GatewayExchange exchange) {
        this.options = options;
        this.exchange = exchange;
        headers = new HeaderFields(exchange.headers());
        reply = new Reply(exchange);
        isHead = exchange.method().equals("HEAD");
    }

    /**
     * Handles the request.
     *
     * @throws IOException when the response is incomplete, so that the server closes the connection
     */
    public void run() throws IOException {
        try {
            serve();
        } catch (HttpError e) {
            refuse(e);
        } catch (BrowserGoneException e) {
            log(Level.DEBUG, e.getMessage());
            throw e;
        } catch (IOException | RuntimeException e) {
            refuse(new HttpError(500, e.toString(), e)); // a failure of the file system or a bug
        }
    }

    private void serve() throws IOException {
        String method = exchange.method();
        if (!METHOD.matcher(method).matches()) {
            throw HttpError.badRequest("malformed method");
        }
        if (method.equals("TRACE") || method.equals("CONNECT")) { // exposes cookies to scripts; is for proxies
            throw new HttpError(405, "method not supported: " + method);
        }
        RequestTarget target = RequestTarget.parse(exchange.target());
        body = RequestBody.of(exchange, headers, options.maxBodyLength());
        String redirect = answer(method, target, body != null);
        for (int count = 0; redirect != null; count++) {
            if (count == MAX_REDIRECTS) {
                throw new HttpError(502, "more than " + MAX_REDIRECTS + " local redirects");
            }
            // RFC 3875 6.2.2: as if the browser had requested it, but without the body
            RequestTarget other = internalRedirect(redirect.split("#", 2)[0], "Location");
            redirect = answer(isHead ? "HEAD" : "GET", other, false);
        }
    }

    /** {@return the path that the application redirects to internally, or null when the response was sent} */
    private String answer(String method, RequestTarget target, boolean withBody) throws IOException {
        return switch (find(target)) {
            case Script script -> call(method, target, script, withBody);
            case Plain plain -> {
                new StaticFiles(exchange.method(), headers, reply).answer(method, plain.file());
                yield null;
            }
            case Directory directory -> {
                String query = target.query() == null ? "" : '?' + target.query();
                reply.headers().set("Location", RequestTarget.ascii(target.rawPath() + '/' + query));
                sendPage(301);
                yield null;
            }
            case Nothing nothing -> throw new HttpError(404, "no such file");
        };
    }

    private Found find(RequestTarget target) throws IOException {
        String path = target.path();
        if (options.mount() != null) {
            String mount = options.mount();
            boolean below = path.startsWith(mount) && (path.length() == mount.length()
                    || path.charAt(mount.length()) == '/');
            return below ? new Script(mount, path.substring(mount.length())) : new Nothing(false);
        }
        Found found = options.root().find(path);
        if (options.frontController() != null && found instanceof Nothing nothing && !nothing.refused()) {
            Found front = options.root().find(options.frontController());
            return front instanceof Script ? front : found;
        }
        return found;
    }

    private String call(String method, RequestTarget target, Script script, boolean withBody) throws IOException {
        ClientRequest request = request(method, target, script, withBody);
        String sendFile;
        boolean accel;
        ResponseRelay relay;
        try (ClientResponse response = options.client().send(request)) {
            relay = new ResponseRelay(isHead, reply, body, response);
            CgiHead head = relay.head();
            sendFile = head.header("X-Accel-Redirect");
            accel = sendFile != null;
            sendFile = accel ? sendFile : head.header("X-Sendfile");
            if (sendFile == null && !head.isLocalRedirect()) {
                relay.pass();
                return null;
            }
            relay.drop();
            if (sendFile == null) {
                return head.header("Location");
            }
        } catch (HttpError | BrowserGoneException e) {
            throw e;
        } catch (IOException e) {
            throw applicationFailed(e);
        }
        stopBody();
        if (accel) {
            relay.copyHeadersOfRedirect();
        } else {
            relay.copyHeaders();
        }
        new StaticFiles(exchange.method(), headers, reply).send(fileToSend(sendFile, accel).file(), relay.head().status());
        return null;
    }

    private ClientRequest request(String method, RequestTarget target, Script script, boolean withBody)
            throws IOException {
        CgiParams.Builder params = RequestParams.of(exchange, headers, method, target, script, withBody);
        if (options.scriptRoot() != null) {
            params.set("DOCUMENT_ROOT", RequestParams.bytes(options.scriptRoot()));
            if (options.mount() == null) {
                params.scriptFilename(RequestParams.bytes(options.scriptRoot() + script.scriptName()));
            }
        }
        options.params().forEach((name, value) -> params.set(RequestParams.bytes(name), RequestParams.bytes(value)));
        ClientRequest.Builder builder = ClientRequest.responder().params(params.build())
                .charset(StandardCharsets.ISO_8859_1)
                .stderr(line -> log(Level.WARNING, "STDERR: " + line));
        if (withBody) {
            addBody(builder);
        }
        return builder.build();
    }

    private void addBody(ClientRequest.Builder builder) throws IOException {
        if (options.streamBodies() && (body.length() < 0 || body.length() > SMALL)) {
            builder.body(body, body.length());
            return;
        }
        try {
            Spool.read(body, options.temporary(), builder);
        } catch (IOException e) {
            throw body.failure() == null ? e : applicationFailed(e); // a full disk, or the browser
        }
    }

    /** Maps a failure between gateway and application to a status for the browser. */
    private IOException applicationFailed(IOException e) {
        IOException input = body == null ? null : body.failure();
        if (input != null) { // then it has caused the rest
            return input instanceof HttpError ? input : new BrowserGoneException(input);
        }
        int status = switch (e) {
            case RequestRefusedException refused -> 503;
            case RequestTimeoutException late -> 504;
            default -> 502;
        };
        return new HttpError(status, e.toString(), e);
    }

    /** The target of an internal redirect: a path from the application. */
    private static RequestTarget internalRedirect(String location, String header) throws HttpError {
        try {
            RequestTarget target = RequestTarget.parse(RequestTarget.ascii(location));
            if (target.authority() != null) {
                throw HttpError.badRequest("not a path");
            }
            return target;
        } catch (HttpError e) {
            throw new HttpError(502, header + ": " + e.getMessage(), e);
        }
    }

    private Plain fileToSend(String sendFile, boolean accel) throws IOException {
        DocumentRoot root = options.root();
        if (root == null) {
            throw new HttpError(502, "the application names a file to send, but the gateway has no document root");
        }
        String path;
        if (accel) {
            path = internalRedirect(sendFile.replace("#", "%23"), "X-Accel-Redirect").path(); // which has no fragment
        } else {
            String prefix = options.scriptRoot();
            path = new String(sendFile.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            if (!path.startsWith(prefix + '/') || (path + '/').contains("/../")) {
                throw new HttpError(502, "X-Sendfile names a file that is not below " + prefix);
            }
            path = path.substring(prefix.length());
        }
        if (root.fileToSend(path) instanceof Plain plain) {
            return plain;
        }
        throw new HttpError(404, "the application names a file to send that does not exist");
    }

    private void refuse(HttpError e) throws IOException {
        log(e.status() >= 500 ? Level.WARNING : Level.DEBUG, e.status() + ": " + e.getMessage());
        if (reply.isBegun()) {
            throw e; // the response has begun, so it can only be left incomplete
        }
        stopBody();
        reply.headers().clear(); // they belong to the application or a file, not to this page
        e.addTo(reply.headers());
        sendPage(e.status());
    }

    private void sendPage(int status) throws IOException {
        stopBody();
        byte[] page = (status + " " + Status.reason(status) + "\n").getBytes(StandardCharsets.US_ASCII);
        reply.headers().set("Content-Type", "text/plain");
        OutputStream out = reply.begin(status, isHead ? 0 : page.length);
        if (!isHead) {
            out.write(page);
            out.close();
        }
    }

    private void stopBody() {
        if (body != null) {
            body.stop();
        }
    }

    /** Logs a line; control characters in text from others are replaced. */
    private void log(Level level, String text) {
        if (LOG.isLoggable(level)) {
            String line = exchange.method() + " " + exchange.target() + ": " + text;
            LOG.log(level, Ascii.printable(line));
        }
    }
}
