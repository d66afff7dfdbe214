package dev.fcgi.client;

import dev.fcgi.internal.http.MetaVariables;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The meta-variables of a CGI request (RFC 3875 4.1), including all that are required. Immutable.
 *
 * {@snippet :
 * CgiParams params = CgiParams.builder("GET", "/index.php").query("a=1").scriptFilename("/srv/www/index.php")
 *         .header("Accept", "text/html").build();
 * }
 */
public final class CgiParams {
    private final Map<String, String> variables;

    /** @param variables nobody changes them any more */
    private CgiParams(Map<String, String> variables) {
        this.variables = Collections.unmodifiableMap(variables);
    }

    /**
     * Creates the variables of an HTTP/1.1 request from this machine, with neither query nor body.
     *
     * @param method the HTTP method
     * @param scriptName the path of the script, decoded; empty or starting with a slash
     * @return the variables
     * @throws IllegalArgumentException when one contains a NUL (not allowed by FastCGI 6.2)
     */
    public static CgiParams of(String method, String scriptName) {
        return builder(method, scriptName).build();
    }

    /**
     * Creates a builder with the variables of {@link #of}.
     *
     * @param method the HTTP method
     * @param scriptName the path of the script, decoded; empty or starting with a slash
     * @return a builder
     * @throws IllegalArgumentException when one contains a NUL (not allowed by FastCGI 6.2)
     */
    public static Builder builder(String method, String scriptName) {
        ClientRequest.check("REQUEST_METHOD", Objects.requireNonNull(method, "method"));
        ClientRequest.check("SCRIPT_NAME", Objects.requireNonNull(scriptName, "scriptName"));
        return new Builder(method, scriptName);
    }

    /** {@return the variables, unmodifiable, in the order in which they were set} */
    public Map<String, String> toMap() {
        return variables;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CgiParams params && variables.equals(params.variables);
    }

    @Override
    public int hashCode() {
        return variables.hashCode();
    }

    /** {@return method and URI, for logs; nothing else, because headers may hold secrets} */
    @Override
    public String toString() {
        return variables.get("REQUEST_METHOD") + ' ' + variables.get("REQUEST_URI");
    }

    /**
     * Collects variables. Not thread-safe; each setter returns the builder, which may be used again after {@link
     * #build}. A variable with a NUL, which FastCGI 6.2 does not allow, is an IllegalArgumentException.
     */
    public static final class Builder {
        private Map<String, String> variables;
        /** Whether some parameters have them: those stay as they are. */
        private boolean shared;

        private Builder(String method, String scriptName) {
            variables = MetaVariables.of("fcgi", method, scriptName, "", scriptName);
        }

        /**
         * Sets the query, in QUERY_STRING and REQUEST_URI. To set a different REQUEST_URI, do so afterwards.
         *
         * @param query as in a URL, not decoded
         * @return this
         */
        public Builder query(String query) {
            set("QUERY_STRING", Objects.requireNonNull(query, "query"));
            String path = variables.get("REQUEST_URI").replaceAll("\\?.*$", "");
            variables.put("REQUEST_URI", query.isEmpty() ? path : path + '?' + query);
            return this;
        }

        /**
         * Sets the file of the script, which PHP-FPM needs (SCRIPT_FILENAME).
         *
         * @param file its path on the machine of the application
         * @return this
         */
        public Builder scriptFilename(String file) {
            return set("SCRIPT_FILENAME", Objects.requireNonNull(file, "file"));
        }

        /**
         * Sets what follows the script in the path (PATH_INFO).
         *
         * @param pathInfo decoded
         * @return this
         */
        public Builder pathInfo(String pathInfo) {
            return set("PATH_INFO", Objects.requireNonNull(pathInfo, "pathInfo"));
        }

        /**
         * Sets the address of the browser (REMOTE_ADDR, REMOTE_PORT).
         *
         * @param address the IP address of the browser
         * @param port its port
         * @return this
         */
        public Builder remote(String address, int port) {
            return set("REMOTE_ADDR", Objects.requireNonNull(address, "address"))
                    .set("REMOTE_PORT", Integer.toString(port));
        }

        /**
         * Sets the host and port of the web server (SERVER_NAME, SERVER_PORT).
         *
         * @param name the host name
         * @param port its port
         * @return this
         */
        public Builder server(String name, int port) {
            return set("SERVER_NAME", Objects.requireNonNull(name, "name")).set("SERVER_PORT", Integer.toString(port));
        }

        /**
         * Sets a header of the HTTP request: {@code HTTP_*}, CONTENT_TYPE or CONTENT_LENGTH. A repeated header is
         * joined by {@code ", "}, cookies by {@code "; "} (RFC 3875 4.1.18). {@code Proxy} is always omitted, because
         * much software takes HTTP_PROXY for its configuration (CVE-2016-5385).
         *
         * @param name the name of the header; one with an underscore is omitted, because it could pass for another
         * @param value its value
         * @return this
         */
        public Builder header(String name, String value) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
            String variable = MetaVariables.ofField(name);
            if (variable.equals("HTTP_PROXY") || name.indexOf('_') >= 0) {
                return this;
            }
            if (!variable.startsWith("HTTP_")) {
                return set(variable, value);
            }
            ClientRequest.check(variable, value);
            String separator = variable.equals("HTTP_COOKIE") ? "; " : ", ";
            own().merge(variable, value, (first, second) -> first + separator + second);
            return this;
        }

        /**
         * Sets any variable.
         *
         * @param name its name
         * @param value its value
         * @return this
         * @throws IllegalArgumentException for HTTP_PROXY, see {@link #header}, and for a NUL
         */
        public Builder set(String name, String value) {
            ClientRequest.check(name, value);
            if (name.equals("HTTP_PROXY")) {
                throw new IllegalArgumentException(
                        "HTTP_PROXY must not be set: much software takes it for its configuration (CVE-2016-5385)");
            }
            own().put(name, value);
            return this;
        }

        private Map<String, String> own() {
            if (shared) {
                variables = new LinkedHashMap<>(variables);
                shared = false;
            }
            return variables;
        }

        /** {@return the variables set so far} */
        public CgiParams build() {
            shared = true;
            return new CgiParams(variables);
        }
    }
}
