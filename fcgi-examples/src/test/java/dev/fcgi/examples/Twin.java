package dev.fcgi.examples;

import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.Cookie;
import dev.fcgi.cgi.Upload;
import dev.fcgi.cgi.UrlPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The port of twin.pl, sub by sub, by the tables of docs/from-perl.md. */
final class Twin {
    private Twin() {}

    static void answer(CgiExchange q) throws IOException {
        String script = q.scriptName();
        switch (script.substring(script.lastIndexOf('/') + 1)) {
            case "form" -> form(q);
            case "meta" -> meta(q);
            case "accept" -> accepted(q);
            case "cookies" -> cookies(q);
            case "setcookie" -> setCookies(q);
            case "redirect" -> redirect(q);
            case "attachment" -> attachment(q);
            case "expires" -> expires(q);
            case "type" -> type(q);
            case "headers" -> headers(q);
            case "both" -> both(q);
            case "defaults" -> q.out().print("content");
            default -> throw new AssertionError(script);
        }
    }

    private static String show(String text) {
        if (text == null) {
            return "(none)";
        }
        return text.codePoints()
                .mapToObj(c -> c < ' ' || c > '~' || c == '\\' || c == '|'
                        ? "\\%x;".formatted(c)
                        : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static void line(CgiExchange q, String name, String... values) {
        line(q, name, Arrays.asList(values));
    }

    private static void line(CgiExchange q, String name, List<String> values) {
        q.out().print(name + ": " + values.stream().map(Twin::show).collect(Collectors.joining("|")) + "\n");
    }

    private static void form(CgiExchange q) throws IOException {
        q.setContentType("text/plain");
        boolean hasBody = List.of("POST", "PUT", "PATCH").contains(q.method());
        String type = q.contentType() == null ? "" : q.contentType().toLowerCase(Locale.ROOT);
        boolean isForm = type.startsWith(TwinCase.FORM) || type.startsWith("multipart/form-data");
        if (hasBody && !isForm) {
            byte[] bytes = q.bodyBytes();
            line(q, "data", Integer.toString(bytes.length), md5(bytes));
        } else {
            List<String> names = new ArrayList<>(q.paramNames());
            if (hasBody) {
                names.removeIf(name -> !hasBodyParam(q, name));
            }
            line(q, "names", names);
            for (String name : names) {
                line(q, "param " + show(name), hasBody ? q.bodyParams(name) : q.queryParams(name));
            }
            for (String name : names) {
                for (Upload upload : q.uploads(name)) {
                    line(q, "upload " + show(name) + " " + show(upload.rawFileName()), upload.contentType(),
                            Long.toString(upload.size()), md5(upload.bytes()));
                }
            }
        }
        if (!q.keywords().isEmpty() && !hasBody) {
            line(q, "keywords", q.keywords());
        }
        Set<String> all = new TreeSet<>(q.paramNames());
        for (String name : all) {
            if (!q.queryParams(name).isEmpty()) {
                line(q, "url_param " + show(name), q.queryParams(name));
            }
        }
    }

    private static void both(CgiExchange q) throws IOException {
        q.setContentType("text/plain");
        line(q, "names", q.paramNames());
        line(q, "first a", q.param("a"));
        line(q, "all b", q.params("b"));
    }

    private static boolean hasBodyParam(CgiExchange q, String name) {
        try {
            return q.bodyParam(name) != null;
        } catch (IOException e) {
            throw new AssertionError(e); // the form was read before
        }
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void meta(CgiExchange q) {
        q.setContentType("text/plain");
        line(q, "method", q.method());
        line(q, "path_info", q.pathInfo());
        line(q, "script_name", q.scriptName());
        line(q, "query_string", q.queryString());
        line(q, "request_uri", q.requestUri());
        line(q, "content_type", q.contentType());
        line(q, "remote_user", q.remoteUser());
        line(q, "remote_addr", q.remoteAddr());
        line(q, "remote_host", q.remoteHost());
        line(q, "auth_type", q.authType());
        line(q, "protocol", q.scheme());
        line(q, "server_protocol", q.protocol());
        line(q, "server_name", q.serverName());
        line(q, "server_port", Integer.toString(q.serverPort()));
        line(q, "virtual_host", q.host());
        line(q, "virtual_port", Integer.toString(q.port()));
        line(q, "user_agent", q.userAgent());
        line(q, "referer", q.referer());
        line(q, "accept_language", q.header("Accept-Language"));
        line(q, "x_twice", q.header("x-twice"));
        line(q, "url", q.url());
        line(q, "url_base", q.url(UrlPart.BASE));
        line(q, "url_full", q.url(UrlPart.FULL));
        line(q, "url_absolute", q.url(UrlPart.ABSOLUTE));
        line(q, "url_absolute_path", q.url(UrlPart.ABSOLUTE, UrlPart.PATH_INFO));
        line(q, "url_relative", q.url(UrlPart.RELATIVE));
        line(q, "url_relative_path_query", q.url(UrlPart.RELATIVE, UrlPart.PATH_INFO, UrlPart.QUERY));
        line(q, "url_no_rewrite", q.url(UrlPart.NO_REWRITE));
        line(q, "self_url", q.selfUrl());
    }

    private static void accepted(CgiExchange q) {
        q.setContentType("text/plain");
        line(q, "types", q.accepted().stream().sorted().toList());
        for (String type : List.of("text/html", "text/plain", "image/png")) {
            line(q, "accepts " + type, String.format(Locale.ROOT, "%.2f", q.accepts(type)));
        }
    }

    private static void cookies(CgiExchange q) {
        q.setContentType("text/plain");
        List<String> names = q.cookieNames().stream().sorted().toList();
        line(q, "names", names);
        for (String name : names) {
            line(q, "cookie " + show(name), q.cookie(name));
        }
        line(q, "raw", q.rawCookie());
    }

    private static void setCookies(CgiExchange q) throws IOException {
        List<String> with = q.queryParams("with");
        for (String attributes : with) {
            Cookie.Builder cookie = Cookie.builder(q.queryParam("name") + attributes, q.queryParam("value"));
            cookie = switch (attributes) {
                case "all" -> cookie.path("/a").domain("twin.test").expires("+1d").maxAge(Duration.ofHours(1))
                        .secure(true).httpOnly(true).sameSite(Cookie.SameSite.LAX);
                case "root" -> cookie.path("/");
                case "strict" -> cookie.path("/").sameSite(Cookie.SameSite.STRICT);
                case "gone" -> cookie.path("/").expires("-1y");
                default -> cookie;
            };
            q.addCookie(cookie.build());
        }
        q.setContentType("text/plain");
        line(q, "set", Integer.toString(with.size()));
    }

    private static void redirect(CgiExchange q) throws IOException {
        String status = q.queryParam("status");
        if (status == null) {
            q.redirect(q.queryParam("to"));
        } else {
            q.redirect(q.queryParam("to"), Integer.parseInt(status));
        }
    }

    private static void attachment(CgiExchange q) throws IOException {
        q.setContentType("application/octet-stream").attachment(q.queryParam("name"));
        q.stream().write("content".getBytes(StandardCharsets.US_ASCII));
    }

    private static void expires(CgiExchange q) throws IOException {
        q.setContentType("text/plain").expires(q.queryParam("when"));
        line(q, "done", "1");
    }

    private static void type(CgiExchange q) throws IOException {
        String[] status = q.queryParam("status").split(" ", 2);
        q.setContentType(q.queryParam("type")).status(Integer.parseInt(status[0]), status[1]);
        q.out().print("content");
    }

    private static void headers(CgiExchange q) throws IOException {
        q.setContentType("text/plain");
        try {
            q.setHeader("X-Custom", q.queryParam("value"));
        } catch (IllegalArgumentException e) {
            q.status(500);
        }
        line(q, "done", "1");
    }
}
