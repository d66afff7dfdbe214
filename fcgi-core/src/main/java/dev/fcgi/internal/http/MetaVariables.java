package dev.fcgi.internal.http;

import dev.fcgi.internal.text.Ascii;
import java.util.LinkedHashMap;
import java.util.Map;

/** The meta-variables that a web server derives from an HTTP request (RFC 3875 4.1). */
public final class MetaVariables {
    private MetaVariables() {}

    /**
     * Creates those that every web server sends, for a request from 127.0.0.1 to localhost, port 80.
     *
     * @param uri path and query, as in the request
     * @return a map that the caller may change
     */
    public static Map<String, String> of(String software, String method, String scriptName, String query, String uri) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        variables.put("SERVER_SOFTWARE", software);
        variables.put("SERVER_PROTOCOL", "HTTP/1.1");
        variables.put("SERVER_NAME", "localhost");
        variables.put("SERVER_PORT", "80");
        variables.put("REMOTE_ADDR", "127.0.0.1");
        variables.put("REQUEST_METHOD", method);
        variables.put("SCRIPT_NAME", scriptName);
        variables.put("QUERY_STRING", query);
        variables.put("REQUEST_URI", uri);
        return variables;
    }

    /** {@return the name of the variable of a header field} */
    public static String ofField(String name) {
        String variable = Ascii.upper(name).replace('-', '_');
        boolean ofTheBody = variable.equals("CONTENT_TYPE") || variable.equals("CONTENT_LENGTH");
        return ofTheBody ? variable : "HTTP_" + variable;
    }
}
