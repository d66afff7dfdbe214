package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.fcgi.CgiHead;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.RequestRefusedException;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.httpserver.DocumentRoot.Directory;
import dev.fcgi.httpserver.DocumentRoot.Found;
import dev.fcgi.httpserver.DocumentRoot.Nothing;
import dev.fcgi.httpserver.DocumentRoot.Plain;
import dev.fcgi.httpserver.DocumentRoot.Script;
import dev.fcgi.httpserver.ResponseRelay.BrowserGoneException;
import dev.fcgi.internal.http.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One exchange with a browser. Confined to its thread, but for {@link RequestBody}. */
final class GatewayCall {
    private static final Logger LOG = System.getLogger("dev.fcgi.gateway");
    private static final int MAX_REDIRECTS = 10;
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    private final FcgiGateway.Options options;
    private final HttpExchange exchange;
    private final Map<String, List<String>> given = new HashMap<>(); // headers that others have set before us
    private RequestBody body;

    GatewayCall(FcgiGateway.Options options, HttpExchange exchange) {
        this.options = options;
        this.exchange = exchange;
        exchange.getResponseHeaders().forEach((name, values) -> given.put(name, List.copyOf(values)));
    }

    /**
     * Answers.
     *
     * @throws IOException when the response is incomplete: by this the server learns that it must close the connection
     */
    void run() throws IOException {
        try {
            serve();
        } catch (HttpError e) {
            refuse(e);
        } catch (BrowserGoneException e) {
            log(Level.DEBUG, e.getMessage());
            throw e;
        } catch (IOException | RuntimeException e) {
            refuse(new HttpError(500, e.toString(), e)); // the file system, or our own fault
        }
    }

    private void serve() throws IOException {
        String method = exchange.getRequestMethod();
        if (!METHOD.matcher(method).matches()) {
            throw HttpError.badRequest("malformed method");
        }
        if (method.equals("TRACE") || method.equals("CONNECT")) { // would show cookies to scripts; is for proxies
            throw new HttpError(405, "not for " + method);
        }
        RequestTarget target = RequestTarget.parse(exchange.getRequestURI().toString());
        body = RequestBody.of(exchange, options.maxBodyLength());
        String redirect = answer(method, target, body != null);
        for (int count = 0; redirect != null; count++) {
            if (count == MAX_REDIRECTS) {
                throw new HttpError(502, "more than " + MAX_REDIRECTS + " local redirects");
            }
            // RFC 3875 6.2.2: as if the browser had asked for it, of course without the body again
            RequestTarget other = internalRedirect(redirect.replaceFirst("#.*", ""), "Location");
            redirect = answer(method.equals("HEAD") ? "HEAD" : "GET", other, false);
        }
    }

    /** {@return null when the exchange is answered, else where the application redirects it to} */
    private String answer(String method, RequestTarget target, boolean withBody) throws IOException {
        return switch (find(target)) {
            case Script script -> call(method, target, script, withBody);
            case Plain plain -> {
                StaticFiles.answer(exchange, method, plain.file());
                yield null;
            }
            case Directory directory -> {
                String query = target.query() == null ? "" : '?' + target.query();
                exchange.getResponseHeaders().set("Location", target.rawPath() + '/' + query);
                sendPage(301);
                yield null;
            }
            case Nothing nothing -> throw new HttpError(404, "nothing there");
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
            relay = new ResponseRelay(exchange, body, response);
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
        StaticFiles.send(exchange, fileToSend(sendFile, accel).file(), relay.head().status());
        return null;
    }

    private ClientRequest request(String method, RequestTarget target, Script script, boolean withBody)
            throws IOException {
        CgiParams.Builder params = RequestParams.of(exchange, method, target, script, withBody);
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
            if (body.length() >= 0 && body.length() <= RequestBody.SMALL) {
                try {
                    builder.body(body.readSmall());
                } catch (IOException e) {
                    throw new BrowserGoneException(e);
                }
            } else {
                builder.body(body, body.length());
            }
        }
        return builder.build();
    }

    /** The status for a browser of what went wrong between the gateway and the application. */
    private IOException applicationFailed(IOException e) {
        IOException input = body == null ? null : body.failure();
        if (input != null) { // then the rest follows from that
            return input instanceof HttpError ? input : new BrowserGoneException(input);
        }
        int status = switch (e) {
            case RequestRefusedException refused -> 503;
            case RequestTimeoutException late -> 504;
            default -> 502;
        };
        return new HttpError(status, e.toString(), e);
    }

    /** The target of a redirect that the browser does not see: a path that the application gives. */
    private static RequestTarget internalRedirect(String location, String header) throws HttpError {
        try {
            RequestTarget target = RequestTarget.parse(location);
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
            throw new HttpError(502, "a file to be sent, but there is no document root");
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
        throw new HttpError(404, "the application names a file to send that is not there");
    }

    private void refuse(HttpError e) throws IOException {
        log(e.status() >= 500 ? Level.WARNING : Level.DEBUG, e.status() + ": " + e.getMessage());
        if (exchange.getResponseCode() != -1) {
            throw e; // the response has begun: all that can be done is to leave it incomplete
        }
        stopBody();
        Headers headers = exchange.getResponseHeaders();
        headers.clear(); // those of an application or a file, which this page is not from
        given.forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
        e.addTo(headers);
        sendPage(e.status());
    }

    private void sendPage(int status) throws IOException {
        stopBody();
        byte[] page = (status + " " + Status.reason(status) + "\n").getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, page.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(page);
        }
    }

    private void stopBody() {
        if (body != null) {
            body.stop();
        }
    }

    /** Logs a line; what comes from others has no control characters there. */
    private void log(Level level, String text) {
        if (LOG.isLoggable(level)) {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + text;
            LOG.log(level, line.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?"));
        }
    }
}
