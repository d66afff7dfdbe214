package dev.fcgi.examples.cli;

import dev.fcgi.client.CgiParams;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of a request: method, headers and parameters, as a web server would send them. */
final class RequestOptions {
    @Option(names = {"-X", "--request"}, paramLabel = "METHOD", order = 10,
            description = "The method. Default: POST with a body, else GET.")
    private String method;

    @Option(names = {"-H", "--header"}, paramLabel = "'NAME: VALUE'", order = 11,
            description = "A header of the HTTP request; repeatable.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--param", paramLabel = "NAME=VALUE", order = 12,
            description = "Set a FastCGI parameter, replacing its default; repeatable.")
    private Map<String, String> params = new LinkedHashMap<>();

    @Option(names = "--script", paramLabel = "FILE", order = 13,
            description = "SCRIPT_FILENAME: the script's path on the server's machine, which PHP-FPM needs. "
                    + "PATH is then the name of the script.")
    private String script;

    @Option(names = "--script-name", paramLabel = "NAME", order = 14,
            description = "SCRIPT_NAME: the path of the application or script; the rest of PATH is PATH_INFO. "
                    + "Default: empty, an application at /; with --script all of PATH.")
    private String scriptName;

    /** The parameters for a path as in a URL. A header takes precedence over the content type, which may be null. */
    CgiParams params(String path, boolean hasBody, String contentType) {
        return params(path, scriptName, script, hasBody, contentType);
    }

    /** The parameters for a page of PHP-FPM itself, which recognizes it by the name of a script that does not exist. */
    CgiParams paramsOfStatusPage(String path) {
        return params(path, null, decoded(withoutQuery(path)), false, null);
    }

    private CgiParams params(String url, String place, String file, boolean hasBody, String contentType) {
        String path = url.replaceFirst("#.*", ""); // fragments are not sent
        String rawPath = withoutQuery(path);
        if (!rawPath.startsWith("/")) {
            throw new IllegalArgumentException("PATH '" + url + "' does not start with a slash");
        }
        String decoded = decoded(rawPath);
        String name = place != null ? place : file != null ? decoded : "";
        if (!decoded.startsWith(name) || !decoded.startsWith("/", name.length()) && decoded.length() > name.length()) {
            throw new IllegalArgumentException("PATH '" + url + "' does not begin with --script-name " + name);
        }
        CgiParams.Builder cgi = CgiParams.builder(method != null ? method : hasBody ? "POST" : "GET", name)
                .set("REQUEST_URI", rawPath)
                .set("DOCUMENT_URI", decoded)
                .set("REQUEST_SCHEME", "http")
                .set("REDIRECT_STATUS", "200"); // php-cgi requires it
        if (decoded.length() > name.length()) {
            cgi.pathInfo(decoded.substring(name.length()));
        }
        if (rawPath.length() < path.length()) {
            cgi.query(path.substring(rawPath.length() + 1));
        }
        if (hasBody && contentType != null) {
            cgi.header("Content-Type", contentType);
        }
        cgi.header("Host", "localhost");
        for (String header : headers) {
            addHeader(header, cgi);
        }
        if (file != null) {
            cgi.scriptFilename(file);
        }
        params.forEach(cgi::set);
        return cgi.build();
    }

    private static String withoutQuery(String path) {
        int question = path.indexOf('?');
        return question < 0 ? path : path.substring(0, question);
    }

    private static String decoded(String path) {
        String text;
        try {
            text = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("PATH '" + path + "' has a % without two hexadecimal digits", e);
        }
        if (text.indexOf('\uFFFD') >= 0 || text.indexOf(0) >= 0) {
            throw new IllegalArgumentException("PATH '" + path + "' decodes to text that is not UTF-8 or contains a NUL");
        }
        return text;
    }

    private static void addHeader(String header, CgiParams.Builder cgi) {
        int colon = header.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("header '" + header + "' is not of the form 'NAME: VALUE'");
        }
        String name = header.substring(0, colon).strip();
        String value = header.substring(colon + 1).strip();
        if (name.equalsIgnoreCase("Host")) {
            cgi.set("HTTP_HOST", value); // replaces the default instead of being appended
        } else {
            cgi.header(name, value);
        }
    }

    /** The bytes that an argument stands for: itself, {@code @file}, or {@code @-} for standard input. */
    static byte[] bytes(String argument, InputStream in) throws IOException {
        if (!argument.startsWith("@")) {
            return argument.getBytes(StandardCharsets.UTF_8);
        }
        return argument.equals("@-") ? in.readAllBytes() : Files.readAllBytes(Path.of(argument.substring(1)));
    }
}
