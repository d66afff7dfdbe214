package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.Percent;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The URL of a request, put together from its meta-variables as CGI.pm does. */
final class RequestUrl {
    private final CgiRequest request;
    private final boolean trustForwarded;

    RequestUrl(CgiRequest request, boolean trustForwarded) {
        this.request = request;
        this.trustForwarded = trustForwarded;
    }

    String scheme() {
        String forwarded = forwarded("HTTP_X_FORWARDED_PROTO");
        if (forwarded != null) {
            return forwarded.equalsIgnoreCase("https") ? "https" : "http";
        }
        String https = request.metaUpper("HTTPS", "off");
        boolean secure = https.equalsIgnoreCase("on") || https.equals("1")
                || request.metaUpper("REQUEST_SCHEME", "").equalsIgnoreCase("https") || request.serverPort() == 443;
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
        if (digits.matches("\\d{1,5}")) {
            return Integer.parseInt(digits);
        }
        return host == null ? request.serverPort() : scheme().equals("https") ? 443 : 80;
    }

    private String hostHeader() {
        String forwarded = forwarded("HTTP_X_FORWARDED_HOST");
        return forwarded != null ? forwarded : request.metaUpper("HTTP_HOST", null);
    }

    /** The last of several values: the one that the nearest proxy has added. */
    private String forwarded(String name) {
        String value = trustForwarded ? request.metaUpper(name, null) : null;
        return value == null ? null : value.substring(value.lastIndexOf(',') + 1).strip();
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
        if (relative) {
            path = path.substring(path.lastIndexOf('/') + 1);
        }
        if (chosen.contains(UrlPart.PATH_INFO)) {
            path += request.pathInfo();
        }
        if (!relative && !path.isEmpty() && !path.startsWith("/")) {
            path = '/' + path; // else it would go on with the name of the host, or start with a scheme
        }
        if (!full) {
            path = path.replaceFirst("^/{2,}", "/"); // two slashes would start the name of a host
        }
        // a colon in a relative path could end the name of a scheme (RFC 3986 4.2)
        String url = (full ? base() : "") + Percent.encode(path, relative ? "/;&+=" : "/;&+=:");
        boolean query = chosen.contains(UrlPart.QUERY) && !request.queryString().isEmpty();
        return query ? url + '?' + Percent.encode(request.queryString(), "%;&?/:+=") : url;
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

    /** The path of this program: what was asked for, or SCRIPT_NAME, without PATH_INFO. */
    private String uri(boolean scriptOnly) {
        String asked = Percent.decode(CgiRequest.withoutQuery(request.requestUri()), false, StandardCharsets.UTF_8);
        String uri = scriptOnly || asked.isEmpty() ? CgiRequest.withoutQuery(request.scriptName()) : asked;
        String info = request.pathInfo();
        if (!uri.endsWith(info)) {
            // nginx for one makes a single slash of several in PATH_INFO
            String single = uri.replaceAll("/{2,}", "/");
            uri = single.endsWith(info) ? single : uri + info;
        }
        return uri.substring(0, uri.length() - info.length());
    }
}
