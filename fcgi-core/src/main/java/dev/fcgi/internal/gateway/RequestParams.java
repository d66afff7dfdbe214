package dev.fcgi.internal.gateway;

import dev.fcgi.client.CgiParams;
import dev.fcgi.httpserver.GatewayExchange;
import dev.fcgi.internal.gateway.DocumentRoot.Script;
import dev.fcgi.internal.http.HopByHop;
import dev.fcgi.internal.text.Ascii;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The meta-variables of an HTTP request (RFC 3875 4.1). Each character of a value stands for a byte, as in the strings
 * of HTTP servers, so that an application gets the bytes that the browser sent, in any charset.
 */
final class RequestParams {
    /** Other names could become the same variable: PHP also converts dots to underscores. */
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9-]+");
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{0,5})?");

    private RequestParams() {}

    /**
     * Creates the variables.
     *
     * @param headers of the request
     * @param method of the request to the application
     * @param hasBody whether headers about a body apply
     * @throws HttpError 400 for headers that cannot be passed on
     */
    static CgiParams.Builder of(GatewayExchange exchange, HeaderFields headers, String method, RequestTarget target,
            Script script, boolean hasBody) throws HttpError {
        CgiParams.Builder params = CgiParams.builder(method, bytes(script.scriptName()))
                .query(target.queryString())
                .set("REQUEST_URI", target.requestUri())
                .set("DOCUMENT_URI", bytes(script.scriptName() + script.pathInfo()))
                .set("SERVER_PROTOCOL", exchange.protocol())
                .set("REDIRECT_STATUS", "200"); // php-cgi requires it
        if (!script.pathInfo().isEmpty()) {
            params.pathInfo(bytes(script.pathInfo()));
        }
        addAddresses(params, exchange);
        params.set("REQUEST_SCHEME", exchange.isSecure() ? "https" : "http");
        if (exchange.isSecure()) {
            params.set("HTTPS", "on");
        }
        boolean authenticated = addUser(params, exchange);
        addHost(params, exchange, headers.all("Host"), target);
        HopByHop hopByHop = new HopByHop(headers.all("Connection"));
        for (Map.Entry<String, List<String>> header : headers.map().entrySet()) {
            String name = header.getKey();
            if (hopByHop.contains(name) || !isPassed(name, hasBody, authenticated)) {
                continue;
            }
            for (String value : header.getValue()) {
                params.header(name, checked(value));
            }
        }
        return params;
    }

    private static boolean isPassed(String name, boolean hasBody, boolean authenticated) {
        return HEADER_NAME.matcher(name).matches() && switch (Ascii.lower(name)) {
            case "host", "content-length", "expect" -> false; // set elsewhere, or handled by the server
            case "content-type" -> hasBody;
            case "authorization" -> !authenticated; // RFC 3875 4.1.18
            default -> true;
        };
    }

    private static void addAddresses(CgiParams.Builder params, GatewayExchange exchange) {
        InetSocketAddress remote = exchange.remoteAddress();
        InetSocketAddress local = exchange.localAddress();
        params.remote(ip(remote), remote.getPort())
                .set("SERVER_ADDR", ip(local))
                .set("SERVER_PORT", Integer.toString(local.getPort()));
    }

    private static String ip(InetSocketAddress address) {
        String text = address.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** Adds the user that the HTTP server has authenticated. */
    private static boolean addUser(CgiParams.Builder params, GatewayExchange exchange) {
        if (exchange.user() == null) {
            return false;
        }
        params.set("REMOTE_USER", bytes(exchange.user()));
        if (exchange.authType() != null) {
            params.set("AUTH_TYPE", exchange.authType());
        }
        return true;
    }

    private static void addHost(CgiParams.Builder params, GatewayExchange exchange, List<String> hosts,
            RequestTarget target) throws HttpError {
        String host = target.authority();
        if (host == null && hosts != null) {
            host = hosts.get(0);
        }
        if (hosts != null && hosts.size() > 1 || host != null && !HOST.matcher(host).matches()) {
            throw HttpError.badRequest("malformed Host");
        }
        if (host == null) {
            String ip = ip(exchange.localAddress());
            params.set("SERVER_NAME", ip.indexOf(':') < 0 ? ip : '[' + ip + ']');
            return;
        }
        params.header("Host", host);
        params.set("SERVER_NAME", host.replaceFirst(":[0-9]*$", ""));
    }

    private static String checked(String value) throws HttpError {
        if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7F)) {
            throw HttpError.badRequest("a control character in a header");
        }
        return value;
    }

    /** {@return text as in a header: a character for each byte of its UTF-8} */
    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
