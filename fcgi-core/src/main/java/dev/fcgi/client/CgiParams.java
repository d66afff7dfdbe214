package dev.fcgi.client;

import dev.fcgi.internal.text.Ascii;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Builds the meta-variables of a CGI request (RFC 3875 4.1): all that must be there are, from the start. Not
 * thread-safe.
 *
 * {@snippet :
 * CgiParams params = CgiParams.of("GET", "/index.php").query("a=1").scriptFilename("/srv/www/index.php")
 *         .header("Accept", "text/html");
 * }
 */
public final class CgiParams {
    private final Map<String, String> params = new LinkedHashMap<>();

    private CgiParams() {}

    /**
     * Starts with a method and a script.
     *
     * @param method the HTTP method
     * @param scriptName the path of the script, decoded; empty or starting with a slash
     * @return the parameters of a request from this machine, HTTP/1.1, no query, no body
     */
    public static CgiParams of(String method, String scriptName) {
        CgiParams made = new CgiParams();
        made.params.put("GATEWAY_INTERFACE", "CGI/1.1");
        made.params.put("SERVER_SOFTWARE", "fcgi");
        made.params.put("SERVER_PROTOCOL", "HTTP/1.1");
        made.params.put("SERVER_NAME", "localhost");
        made.params.put("SERVER_PORT", "80");
        made.params.put("REMOTE_ADDR", "127.0.0.1");
        made.params.put("REQUEST_METHOD", method);
        made.params.put("SCRIPT_NAME", scriptName);
        made.params.put("QUERY_STRING", "");
        made.params.put("REQUEST_URI", scriptName);
        return made;
    }

    /**
     * Sets the query; REQUEST_URI gets it, too, until that is set itself.
     *
     * @param query as in a URL, not decoded
     * @return this
     */
    public CgiParams query(String query) {
        params.put("QUERY_STRING", query);
        String path = params.get("REQUEST_URI").replaceAll("\\?.*$", "");
        params.put("REQUEST_URI", query.isEmpty() ? path : path + '?' + query);
        return this;
    }

    /**
     * Sets the file of the script, which PHP-FPM needs (SCRIPT_FILENAME).
     *
     * @param file its path on the machine of the application
     * @return this
     */
    public CgiParams scriptFilename(String file) {
        return set("SCRIPT_FILENAME", file);
    }

    /**
     * Sets what follows the script in the path (PATH_INFO).
     *
     * @param pathInfo decoded
     * @return this
     */
    public CgiParams pathInfo(String pathInfo) {
        return set("PATH_INFO", pathInfo);
    }

    /**
     * Sets who asks.
     *
     * @param address the IP address of the browser
     * @param port its port
     * @return this
     */
    public CgiParams remote(String address, int port) {
        return set("REMOTE_ADDR", address).set("REMOTE_PORT", Integer.toString(port));
    }

    /**
     * Sets who was asked.
     *
     * @param name the name of the host
     * @param port its port
     * @return this
     */
    public CgiParams server(String name, int port) {
        return set("SERVER_NAME", name).set("SERVER_PORT", Integer.toString(port));
    }

    /**
     * Sets a header of the HTTP request: {@code HTTP_*}, CONTENT_TYPE or CONTENT_LENGTH. One that is there already is
     * joined by {@code ", "}, cookies by {@code "; "} (RFC 3875 4.1.18). {@code Proxy} is left out, always: as
     * HTTP_PROXY much software takes it for a setting (CVE-2016-5385).
     *
     * @param name the name of the header; one with an underscore is left out, since it could pass for another
     * @param value its value
     * @return this
     */
    public CgiParams header(String name, String value) {
        String variable = Ascii.upper(name).replace('-', '_');
        if (variable.equals("PROXY") || name.indexOf('_') >= 0) {
            return this;
        }
        if (variable.equals("CONTENT_TYPE") || variable.equals("CONTENT_LENGTH")) {
            return set(variable, value);
        }
        String separator = variable.equals("COOKIE") ? "; " : ", ";
        params.merge("HTTP_" + variable, value, (first, second) -> first + separator + second);
        return this;
    }

    /**
     * Sets any variable.
     *
     * @param name its name
     * @param value its value
     * @return this
     * @throws IllegalArgumentException for HTTP_PROXY, see {@link #header}
     */
    public CgiParams set(String name, String value) {
        if (name.equals("HTTP_PROXY")) {
            throw new IllegalArgumentException("HTTP_PROXY is not for scripts");
        }
        params.put(name, value);
        return this;
    }

    /** {@return the variables} */
    public Map<String, String> toMap() {
        return Collections.unmodifiableMap(params);
    }
}
