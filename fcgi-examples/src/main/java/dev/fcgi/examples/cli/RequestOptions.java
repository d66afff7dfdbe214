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

/** How it is asked: method, headers and parameters of a request, as a web server would send them. */
final class RequestOptions {
    @Option(names = {"-X", "--request"}, paramLabel = "METHOD", order = 10,
            description = "The method. Default: POST with a body, else GET.")
    private String method;

    @Option(names = {"-H", "--header"}, paramLabel = "'NAME: VALUE'", order = 11,
            description = "A header of the HTTP request; repeatable.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--param", paramLabel = "NAME=VALUE", order = 12,
            description = "A FastCGI parameter, last word on it; repeatable.")
    private Map<String, String> params = new LinkedHashMap<>();

    @Option(names = "--script", paramLabel = "FILE", order = 13,
            description = "SCRIPT_FILENAME: the script's path on the server's machine, which PHP-FPM needs.")
    private String script;

    /** The parameters for a path as in a URL. A header wins over the content type, which may be null. */
    CgiParams params(String path, boolean hasBody, String contentType) {
        int question = path.indexOf('?');
        String rawPath = question < 0 ? path : path.substring(0, question);
        if (!rawPath.startsWith("/")) {
            throw new IllegalArgumentException("PATH " + path + " does not start with a slash");
        }
        String decoded = URLDecoder.decode(rawPath.replace("+", "%2B"), StandardCharsets.UTF_8);
        CgiParams cgi = CgiParams.of(method != null ? method : hasBody ? "POST" : "GET", decoded);
        cgi.set("REQUEST_URI", rawPath).set("DOCUMENT_URI", decoded);
        if (question >= 0) {
            cgi.query(path.substring(question + 1));
        }
        if (hasBody && contentType != null) {
            cgi.header("Content-Type", contentType);
        }
        cgi.header("Host", "localhost");
        for (String header : headers) {
            addHeader(header, cgi);
        }
        if (script != null) {
            cgi.scriptFilename(script);
        }
        params.forEach(cgi::set);
        return cgi;
    }

    private static void addHeader(String header, CgiParams cgi) {
        int colon = header.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("header '" + header + "' is not of the form 'NAME: VALUE'");
        }
        String name = header.substring(0, colon).strip();
        String value = header.substring(colon + 1).strip();
        if (name.equalsIgnoreCase("Host")) {
            cgi.set("HTTP_HOST", value); // replaces ours instead of joining it
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
