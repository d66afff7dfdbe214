package dev.fcgi.examples.check;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A page of an application.
 *
 * @param path its path and query, as in a URL
 * @param script SCRIPT_FILENAME of applications that need it, or null
 */
public record Page(String path, String script) {
    /** {@return the parameters of a request for it; others replace or follow them} */
    Map<String, String> map(String... more) {
        int question = path.indexOf('?');
        String name = question < 0 ? path : path.substring(0, question);
        Map<String, String> params = new LinkedHashMap<>();
        params.put("REQUEST_METHOD", "GET");
        params.put("SCRIPT_NAME", script == null ? "" : name);
        params.put("PATH_INFO", script == null ? name : "");
        params.put("REQUEST_URI", path);
        params.put("DOCUMENT_URI", name);
        params.put("QUERY_STRING", question < 0 ? "" : path.substring(question + 1));
        params.put("GATEWAY_INTERFACE", "CGI/1.1");
        params.put("SERVER_PROTOCOL", "HTTP/1.1");
        params.put("SERVER_SOFTWARE", "fcgi-check");
        params.put("SERVER_NAME", "localhost");
        params.put("SERVER_PORT", "80");
        params.put("REMOTE_ADDR", "127.0.0.1");
        params.put("HTTP_HOST", "localhost");
        params.put("REDIRECT_STATUS", "200");
        if (script != null) {
            params.put("SCRIPT_FILENAME", script);
            params.remove("PATH_INFO");
        }
        for (int i = 0; i < more.length; i += 2) {
            params.put(more[i], more[i + 1]);
        }
        return params;
    }

    /** {@return the same, encoded} */
    byte[] params(String... more) {
        Map<String, String> map = map(more);
        String[] pairs = new String[2 * map.size()];
        int i = 0;
        for (Map.Entry<String, String> pair : map.entrySet()) {
            pairs[i++] = pair.getKey();
            pairs[i++] = pair.getValue();
        }
        return FcgiRecord.pairs(pairs);
    }
}
