package dev.fcgi.cgi;

import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.internal.cgi.Accept;
import dev.fcgi.internal.cgi.Cookies;
import dev.fcgi.internal.cgi.Fields;
import dev.fcgi.internal.cgi.Form;
import dev.fcgi.internal.cgi.Percent;
import dev.fcgi.internal.text.Ascii;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The request side of a {@link CgiExchange}: meta-variables (RFC 3875 4.1), URL, headers, cookies, parameters, body.
 *
 * <p>Belongs to the thread that handles the request. Only methods that read the body block: {@link #body()} and all
 * methods for form fields and uploads.
 */
public abstract sealed class CgiRequest permits CgiExchange {
    /** Methods with a form that {@link #param} searches. With other methods a body has no meaning (RFC 9110 9.3). */
    private static final Set<String> FORM_METHODS = Set.of("POST", "PUT", "PATCH");

    private final Request request;
    private final CgiOptions options;
    /** Created on demand, like everything that most requests do not need. */
    private RequestBody body;
    private Fields query;
    private Fields cookies;
    private Map<String, String> pathVariables = Map.of();

    CgiRequest(Request request, CgiOptions options) {
        this.request = request;
        this.options = options;
    }

    CgiOptions options() {
        return options;
    }

    /** {@return the FastCGI request of this exchange; its STDOUT must not be used} */
    public Request request() {
        return request;
    }

    // ---- meta-variables

    /**
     * Looks up a meta-variable.
     *
     * @param name its name, in upper or lower case (RFC 3875 4.1)
     * @return its value, or null when it is missing or empty, which are equivalent
     */
    public String meta(String name) {
        return meta(name, null);
    }

    /**
     * Looks up a meta-variable.
     *
     * @param name its name, in upper or lower case (RFC 3875 4.1)
     * @param otherwise what to return when it is missing or empty, which are equivalent
     * @return its value
     */
    public String meta(String name, String otherwise) {
        Objects.requireNonNull(name, "name");
        Params params = request.params();
        String value = params.get(Ascii.upper(name));
        if (value == null) {
            value = params.toMap().entrySet().stream()
                    .filter(entry -> Ascii.equalsIgnoreCase(entry.getKey(), name))
                    .map(Map.Entry::getValue)
                    .findFirst().orElse("");
        }
        return value.isEmpty() ? otherwise : value;
    }

    /** {@return REQUEST_METHOD, as it was sent; GET when it is missing} */
    public String method() {
        return metaUpper("REQUEST_METHOD", "GET");
    }

    /** Web servers send names in upper case; only {@link #meta} accepts others. */
    String metaUpper(String name, String otherwise) {
        String value = request.params().get(name, "");
        return value.isEmpty() ? otherwise : value;
    }

    /** A variable as it was sent; empty when it is missing. */
    byte[] bytes(String name) {
        byte[] value = request.params().bytes(name);
        return value == null ? new byte[0] : value;
    }

    /** {@return SERVER_PROTOCOL, such as {@code HTTP/1.1}} */
    public String protocol() {
        return metaUpper("SERVER_PROTOCOL", "HTTP/1.0");
    }

    /** {@return SCRIPT_NAME, decoded; empty when it is missing} */
    public String scriptName() {
        return metaUpper("SCRIPT_NAME", "");
    }

    /** {@return PATH_INFO, decoded; empty when it is missing} */
    public String pathInfo() {
        return metaUpper("PATH_INFO", "");
    }

    /**
     * {@return the decoded path of the request: SCRIPT_NAME and PATH_INFO together, because web servers split it
     * differently, with only one slash between them; else DOCUMENT_URI, else the path of REQUEST_URI, else {@code /}}
     */
    public String path() {
        String path = RequestUrl.join(scriptName(), pathInfo());
        if (path.isEmpty()) {
            path = metaUpper("DOCUMENT_URI", "");
        }
        if (path.isEmpty()) {
            byte[] raw = requestUrl().askedPath().getBytes(StandardCharsets.ISO_8859_1);
            path = Percent.decode(raw, StandardCharsets.UTF_8);
        }
        return path.isEmpty() ? "/" : path;
    }

    /** {@return the path as the browser sent it, not decoded: from REQUEST_URI, else {@link #path()} encoded} */
    public String rawPath() {
        byte[] raw = requestUrl().askedPath().getBytes(StandardCharsets.ISO_8859_1);
        return raw.length == 0 ? Percent.encode(path(), "/:@!$&'()*+,;=") : new String(raw, StandardCharsets.UTF_8);
    }

    /**
     * {@return REQUEST_URI, not decoded: path and query, or from some clients a whole URL (RFC 9112 3.2.2), which
     * {@link #path()}, {@link #host()} and {@link #url} understand; empty when it is missing}
     */
    public String requestUri() {
        return metaUpper("REQUEST_URI", "");
    }

    /** {@return PATH_TRANSLATED, or null} */
    public String pathTranslated() {
        return metaUpper("PATH_TRANSLATED", null);
    }

    /** {@return QUERY_STRING, not decoded; empty when there is none} */
    public String queryString() {
        return metaUpper("QUERY_STRING", "");
    }

    /** {@return CONTENT_TYPE, or null} */
    public String contentType() {
        return metaUpper("CONTENT_TYPE", null);
    }

    /** {@return CONTENT_LENGTH, or -1 when it is missing, empty, -1 (Caddy) or not a number} */
    public long contentLength() {
        return Ascii.number(metaUpper("CONTENT_LENGTH", null), -1);
    }

    /** {@return REMOTE_ADDR, the address of the browser or of a proxy; null when it is missing} */
    public String remoteAddr() {
        return metaUpper("REMOTE_ADDR", null);
    }

    /** {@return REMOTE_HOST, or else REMOTE_ADDR (RFC 3875 4.1.9)} */
    public String remoteHost() {
        return metaUpper("REMOTE_HOST", remoteAddr());
    }

    /** {@return REMOTE_IDENT, or null} */
    public String remoteIdent() {
        return metaUpper("REMOTE_IDENT", null);
    }

    /**
     * {@return REMOTE_USER, or null} It proves nothing by itself: nginx and HAProxy take it from an Authorization
     * header that has not been verified.
     */
    public String remoteUser() {
        return metaUpper("REMOTE_USER", null);
    }

    /** {@return AUTH_TYPE, or null} */
    public String authType() {
        return metaUpper("AUTH_TYPE", null);
    }

    /** {@return SERVER_NAME without the port that HAProxy adds; {@code localhost} when it is missing} */
    public String serverName() {
        return RequestUrl.withoutPort(metaUpper("SERVER_NAME", "localhost"));
    }

    /** {@return SERVER_PORT, or 80 when that is not a number} */
    public int serverPort() {
        return RequestUrl.port(metaUpper("SERVER_PORT", null), 80);
    }

    /** {@return SERVER_SOFTWARE, or null} */
    public String serverSoftware() {
        return metaUpper("SERVER_SOFTWARE", null);
    }

    /** {@return GATEWAY_INTERFACE, or null} */
    public String gatewayInterface() {
        return metaUpper("GATEWAY_INTERFACE", null);
    }

    // ---- the URL

    /** {@return {@code https} or {@code http}, by HTTPS, REQUEST_SCHEME and SERVER_PORT} */
    public String scheme() {
        return requestUrl().scheme();
    }

    /**
     * {@return the requested host, without port: from REQUEST_URI if that is a whole URL, else from the Host header
     * (RFC 9112 3.2.2), else SERVER_NAME}
     */
    public String host() {
        return requestUrl().host();
    }

    /**
     * {@return the requested port: from the same source as {@link #host()} or the default of the scheme, else
     * SERVER_PORT}
     */
    public int port() {
        return requestUrl().port();
    }

    /**
     * Returns the URL of this program, in the variants of CGI.pm; without arguments, {@link UrlPart#FULL}. Without
     * scheme and host the result is always a path, whatever the browser requested, and never refers to another host.
     *
     * @param parts what it consists of
     * @return the URL, percent-encoded where necessary
     */
    public String url(UrlPart... parts) {
        Objects.requireNonNull(parts, "parts");
        Set<UrlPart> chosen = EnumSet.noneOf(UrlPart.class);
        for (UrlPart part : parts) {
            chosen.add(Objects.requireNonNull(part, "part"));
        }
        return requestUrl().of(chosen);
    }

    private RequestUrl requestUrl() {
        return new RequestUrl(this, options.trustForwarded());
    }

    /** {@return the URL that leads to this program with the same path and query} */
    public String selfUrl() {
        return url(UrlPart.FULL, UrlPart.PATH_INFO, UrlPart.QUERY);
    }

    // ---- headers and cookies

    /**
     * Looks up a header of the HTTP request.
     *
     * @param name its name, such as {@code Accept-Language}, in any case
     * @return its value, several joined by {@code ", "}; null when it is missing or empty
     */
    public String header(String name) {
        Objects.requireNonNull(name, "name");
        String variable = Ascii.upper(name).replace('-', '_');
        return switch (variable) {
            case "CONTENT_TYPE", "CONTENT_LENGTH" -> metaUpper(variable, null);
            default -> metaUpper("HTTP_" + variable, null);
        };
    }

    /** {@return the headers of the HTTP request that the web server passed on, by lower-case name} */
    public Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>();
        request.params().toMap().forEach((name, value) -> {
            if (name.startsWith("HTTP_") && !value.isEmpty()) {
                headers.put(Ascii.lower(name.substring(5)).replace('_', '-'), value);
            }
        });
        for (String name : List.of("content-type", "content-length")) { // they have their own variables
            headers.remove(name);
            String value = header(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    /** {@return the User-Agent header, or null} */
    public String userAgent() {
        return header("User-Agent");
    }

    /** {@return the Referer header, or null} */
    public String referer() {
        return header("Referer");
    }

    /**
     * Returns the client's preference for a media type, from its Accept header (RFC 9110 12.5.1).
     *
     * @param mediaType such as {@code text/html}
     * @return 0, not acceptable, to 1; the most specific matching entry counts; 1 without a header
     */
    public double accepts(String mediaType) {
        Objects.requireNonNull(mediaType, "mediaType");
        return Accept.quality(header("Accept"), mediaType);
    }

    /** {@return the media types of the Accept header, the most preferred first; empty without a header} */
    public List<String> accepted() {
        return Accept.types(header("Accept"));
    }

    /**
     * Looks up a cookie. Cookies are separated by semicolons; blanks around name and value, and quotation marks around
     * the value, are removed.
     *
     * @param name its name as it was sent; names are not decoded, because browsers recognize prefixes such as {@code
     *     __Host-} only in plain form
     * @return the value of the first cookie with that name, decoded; null when there is none
     */
    public String cookie(String name) {
        Objects.requireNonNull(name, "name");
        return cookies().first(name);
    }

    /** {@return the names of all cookies, as they were sent} */
    public List<String> cookieNames() {
        return cookies().names();
    }

    /** {@return the Cookie header as it was sent; null when there is none} */
    public String rawCookie() {
        return header("Cookie");
    }

    private Fields cookies() {
        if (cookies == null) {
            cookies = Cookies.parse(bytes("HTTP_COOKIE"));
        }
        return cookies;
    }

    // ---- parameters of the query

    /**
     * Looks up a parameter of the query: CGI.pm's {@code url_param}.
     *
     * @param name its name
     * @return the first value, or null
     * @throws CgiException 413 when there are more parameters than {@link CgiOptions.Builder#maxFields}
     */
    public String queryParam(String name) {
        Objects.requireNonNull(name, "name");
        return query().first(name);
    }

    /**
     * Looks up a parameter of the query.
     *
     * @param name its name
     * @return all values, possibly none
     * @throws CgiException 413 when there are more parameters than {@link CgiOptions.Builder#maxFields}
     */
    public List<String> queryParams(String name) {
        Objects.requireNonNull(name, "name");
        return query().all(name);
    }

    /** {@return the words of a query that has no name-value pairs, {@code a+b}; empty otherwise (ISINDEX)} */
    public List<String> keywords() {
        byte[] text = bytes("QUERY_STRING");
        return isQuery(text)
                ? List.of()
                : Stream.of(Percent.decode(text, 0, text.length, true, options.charset()).split("\\s+"))
                        .filter(word -> !word.isEmpty()).toList();
    }

    private boolean isQuery(byte[] text) {
        for (byte b : text) {
            if (b == '=' || b == '&' || b == ';' && options.semicolonSeparates()) {
                return true;
            }
        }
        return false;
    }

    private Fields readQuery(byte[] text) {
        try {
            return Fields.urlencoded(text, options.charset(), options.semicolonSeparates(), options.maxFields());
        } catch (CgiException e) {
            unreadable(e);
            return new Fields();
        }
    }

    private Fields query() {
        if (query == null) {
            byte[] text = bytes("QUERY_STRING");
            query = isQuery(text) ? readQuery(text) : new Fields();
        }
        return query;
    }

    // ---- parameters of the body

    /**
     * Looks up a field of the form in the body, {@code application/x-www-form-urlencoded} or {@code
     * multipart/form-data}, whatever the method. The first call reads the whole body.
     *
     * @param name its name
     * @return the first value; the name of the file for an upload; null when there is none
     * @throws CgiException 400 when the body is malformed or incomplete, 413 when it exceeds a limit
     * @throws IOException when the connection is lost, or when the form was already read from {@link #body()}
     */
    public String bodyParam(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        return form().fields().first(name);
    }

    /**
     * Looks up a field of the form in the body.
     *
     * @param name its name
     * @return all values, possibly none
     * @throws IOException as {@link #bodyParam}
     */
    public List<String> bodyParams(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        return form().fields().all(name);
    }

    /**
     * Looks up a parameter, first in the form of a POST, PUT or PATCH and then in the query. With any other method only
     * the query is searched, so that a body cannot override a link; the body is left for {@link #bodyParam}.
     *
     * @param name its name
     * @return the first value, or null
     * @throws IOException as {@link #bodyParam}
     */
    public String param(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        String value = formOfMethod().first(name);
        return value == null ? queryParam(name) : value;
    }

    /**
     * Looks up a parameter, like {@link #param}.
     *
     * @param name its name
     * @return all values, those of the form first
     * @throws IOException as {@link #bodyParam}
     */
    public List<String> params(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        return Stream.concat(formOfMethod().all(name).stream(), queryParams(name).stream()).toList();
    }

    /**
     * {@return the names of all parameters that {@link #param} finds, those of the form first}
     *
     * @throws IOException as {@link #bodyParam}
     */
    public List<String> paramNames() throws IOException {
        Set<String> names = new LinkedHashSet<>(formOfMethod().names());
        names.addAll(query().names());
        return List.copyOf(names);
    }

    /**
     * {@return all parameters that {@link #param} finds with all their values, those of the form first: CGI.pm's
     * {@code Vars}}
     *
     * @throws IOException as {@link #bodyParam}
     */
    public Map<String, List<String>> allParams() throws IOException {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String name : paramNames()) {
            all.put(name, params(name));
        }
        return all;
    }

    /**
     * Finds an uploaded file: a part of a form that has a file name, or whose type is not text. Works with any method.
     *
     * @param name the name of the field
     * @return the first file, or null; valid until the exchange ends
     * @throws IOException as {@link #bodyParam}
     */
    public Upload upload(String name) throws IOException {
        List<Upload> all = uploads(name);
        return all.isEmpty() ? null : all.get(0);
    }

    /**
     * Finds uploaded files.
     *
     * @param name the name of the field
     * @return all its files, possibly none; valid until the exchange ends
     * @throws IOException as {@link #bodyParam}
     */
    public List<Upload> uploads(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        return form().uploads().stream().filter(file -> file.name().equals(name)).map(Upload::new).toList();
    }

    /**
     * Called when the request cannot be read. Throws the exception, or in the loop of CgiFast keeps it; then there is
     * nothing to read.
     */
    abstract <X extends Exception> void unreadable(X e) throws X;

    private Fields formOfMethod() throws IOException {
        return FORM_METHODS.contains(method()) ? form().fields() : new Fields();
    }

    private Form form() throws IOException {
        try {
            return requestBody().form();
        } catch (CgiException e) {
            unreadable(e);
        } catch (IOException e) {
            unreadable(e);
        }
        return Form.NONE;
    }

    void closeForm() {
        if (body != null) {
            body.close();
        }
    }

    // ---- the body itself

    /**
     * The body of the request, streamed.
     *
     * <p>In the loop of {@link CgiFast#next}, reading a body that is too long fails with an IOException, as it does
     * when the client has disconnected, and the response has status 413, see {@link CgiExchange#cgiError}.
     *
     * @return the stream, the same at each call; it ends where the web server ended it. Reading more than {@link
     *     CgiOptions.Builder#maxBodyLength} bytes throws a {@link CgiException} with status 413. After {@link
     *     #bodyBytes} the stream returns the same bytes; after the body was read as a form it is empty
     * @throws CgiException 413 when CONTENT_LENGTH is already too large
     */
    public InputStream body() {
        return requestBody().stream();
    }

    private RequestBody requestBody() {
        if (body == null) {
            body = new RequestBody(this, options);
        }
        return body;
    }

    /**
     * Reads the whole body into memory, like CGI.pm's {@code POSTDATA}. The bytes are kept, so they can be read again,
     * also as text, as a form, or as a stream.
     *
     * @return a copy of the bytes
     * @throws CgiException 413 when it is longer than {@link CgiOptions.Builder#maxFieldsLength}
     * @throws IOException when the connection is lost, or when the body was already read from {@link #body()} or as a
     * form
     */
    public byte[] bodyBytes() throws IOException {
        return bytes().clone();
    }

    /**
     * Reads the whole body into memory as text in the charset of the options.
     *
     * @return the text
     * @throws IOException as {@link #bodyBytes}
     */
    public String bodyText() throws IOException {
        return new String(bytes(), options.charset());
    }

    private byte[] bytes() throws IOException {
        try {
            return requestBody().bytes();
        } catch (CgiException e) {
            unreadable(e);
        } catch (IOException e) {
            unreadable(e);
        }
        return new byte[0];
    }

    /**
     * {@return whether the body was read to its end, as a form, as bytes, or from the stream, and has the length that
     * CONTENT_LENGTH announced, if it did}
     */
    public boolean isBodyComplete() {
        return requestBody().isComplete();
    }

    // ---- set by the router

    /**
     * Looks up the part of the path that matched a variable of the route.
     *
     * @param name the name of the variable
     * @return its value, decoded
     * @throws IllegalArgumentException when the pattern has no such variable
     */
    public String pathVariable(String name) {
        Objects.requireNonNull(name, "name");
        String value = pathVariables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }

    void pathVariables(Map<String, String> variables) {
        pathVariables = variables;
    }
}
