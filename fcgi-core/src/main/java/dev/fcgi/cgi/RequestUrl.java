package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.Percent;
import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URL of a request, built from its meta-variables as in CGI.pm. Paths and the query are kept as bytes, one
 * character each (ISO-8859-1), until they are encoded, so that a URL that is not UTF-8 still leads back to the same
 * resource.
 */
final class RequestUrl {
    /** What precedes the path in a target in absolute-form (RFC 9112 3.2.2). */
    private static final Pattern ORIGIN = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^/?]*)");

    private static final int MAX_PORT = 65_535;

    private final CgiRequest request;
    private final boolean trustForwarded;

    RequestUrl(CgiRequest request, boolean trustForwarded) {
        this.request = request;
        this.trustForwarded = trustForwarded;
    }

    String scheme() {
        String forwarded = forwarded("HTTP_X_FORWARDED_PROTO");
        if (forwarded != null) {
            return Ascii.equalsIgnoreCase(forwarded, "https") ? "https" : "http";
        }
        String https = request.metaUpper("HTTPS", "off");
        boolean secure = Ascii.equalsIgnoreCase(https, "on") || https.equals("1")
                || Ascii.equalsIgnoreCase(request.metaUpper("REQUEST_SCHEME", ""), "https")
                || request.serverPort() == 443;
        return secure ? "https" : "http";
    }

    String host() {
        String host = hostHeader();
        return host == null ? request.serverName() : withoutPort(host);
    }

    int port() {
        String forwarded = forwarded("HTTP_X_FORWARDED_PORT");
        String host = hostHeader();
        String digits = forwarded != null ? forwarded : host == null ? "" : host.substring(withoutPort(host).length());
        if (digits.startsWith(":")) {
            digits = digits.substring(1);
        }
        return port(digits, host == null ? request.serverPort() : scheme().equals("https") ? 443 : 80);
    }

    static int port(String digits, int otherwise) {
        long port = Ascii.number(digits, otherwise);
        return port <= MAX_PORT ? (int) port : otherwise;
    }

    private String hostHeader() {
        String forwarded = forwarded("HTTP_X_FORWARDED_HOST");
        if (forwarded != null) {
            return forwarded;
        }
        Matcher origin = ORIGIN.matcher(request.requestUri());
        String asked = origin.lookingAt() ? origin.group(1) : "";
        asked = asked.substring(asked.lastIndexOf('@') + 1); // without userinfo (RFC 9110 4.2.4)
        return asked.isEmpty() ? request.metaUpper("HTTP_HOST", null) : asked;
    }

    /** The last of several values, which the nearest proxy has added. */
    private String forwarded(String name) {
        String value = trustForwarded ? request.metaUpper(name, null) : null;
        return value == null ? null : Ascii.strip(value.substring(value.lastIndexOf(',') + 1));
    }

    static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        boolean bareIpv6 = host.indexOf(':') != colon && host.indexOf(']') < 0;
        return colon < 0 || bareIpv6 || colon < host.lastIndexOf(']') ? host : host.substring(0, colon);
    }

    String of(Set<UrlPart> chosen) {
        boolean full = chosen.contains(UrlPart.FULL)
                || !chosen.contains(UrlPart.RELATIVE) && !chosen.contains(UrlPart.ABSOLUTE);
        if (chosen.contains(UrlPart.BASE)) {
            return base();
        }
        boolean relative = !full && chosen.contains(UrlPart.RELATIVE);
        String path = uri(chosen.contains(UrlPart.NO_REWRITE));
        int directory = path.lastIndexOf('/') + 1;
        if (chosen.contains(UrlPart.PATH_INFO)) {
            path = join(path, bytes("PATH_INFO"));
        }
        if (relative) {
            path = path.substring(directory);
        }
        if (!relative && !path.isEmpty() && !path.startsWith("/")) {
            path = '/' + path; // otherwise it would continue the host name, or start with a scheme
        }
        if (!full) {
            path = path.replaceFirst("^/{2,}", "/"); // two slashes would introduce a host name
        }
        // a colon in a relative path could end a scheme name (RFC 3986 4.2)
        String url = (full ? base() : "") + encode(path, relative ? "/;&+=" : "/;&+=:");
        String query = chosen.contains(UrlPart.QUERY) ? bytes("QUERY_STRING") : "";
        return query.isEmpty() ? url : url + '?' + encode(query, "%;&?/:+=");
    }

    private String base() {
        String scheme = scheme();
        String host = host();
        boolean ipv6 = host.indexOf(':') != host.lastIndexOf(':');
        if (ipv6 && host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        host = ipv6 ? '[' + Percent.encode(host, ":") + ']' : Percent.encode(host, "");
        int port = port();
        boolean usual = port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }

    /** The path of this program: the requested path, or SCRIPT_NAME, without PATH_INFO. */
    private String uri(boolean scriptOnly) {
        String asked = Percent.decode(askedPath().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
        String uri = scriptOnly || asked.isEmpty() ? withoutQuery(bytes("SCRIPT_NAME")) : asked;
        String info = bytes("PATH_INFO");
        if (!uri.endsWith(info)) {
            // nginx, for one, merges slashes in PATH_INFO
            String single = uri.replaceAll("/{2,}", "/");
            if (!single.endsWith(info)) {
                return uri;
            }
            uri = single;
        }
        return uri.substring(0, uri.length() - info.length());
    }

    /** The path of REQUEST_URI, not decoded; empty when there is none. */
    String askedPath() {
        String target = bytes("REQUEST_URI");
        Matcher origin = ORIGIN.matcher(target);
        if (!origin.lookingAt()) {
            return withoutQuery(target);
        }
        String path = withoutQuery(target.substring(origin.end()));
        return path.isEmpty() ? "/" : path;
    }

    private static String withoutQuery(String uri) {
        int mark = uri.indexOf('?');
        return mark < 0 ? uri : uri.substring(0, mark);
    }

    /** SCRIPT_NAME and PATH_INFO with one slash between them. */
    static String join(String script, String info) {
        if (info.isEmpty()) {
            return script;
        }
        return script.endsWith("/") && info.startsWith("/") ? script + info.substring(1) : script + info;
    }

    private String bytes(String name) {
        return new String(request.bytes(name), StandardCharsets.ISO_8859_1);
    }

    private static String encode(String bytes, String allowed) {
        return Percent.encode(bytes.getBytes(StandardCharsets.ISO_8859_1), allowed);
    }
}
