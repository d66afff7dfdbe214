package dev.fcgi.internal.server;

import dev.fcgi.Params;
import dev.fcgi.RequestEvent;
import dev.fcgi.Role;
import dev.fcgi.internal.ops.RequestId;
import dev.fcgi.internal.text.Ascii;

/** The description of a request in a log: its identity for the server, the web server, and the client. */
final class RequestText {
    private RequestText() {}

    static String of(RequestEvent request) {
        return of(request.id(), "connection " + request.connection(), request.role(), request.params());
    }

    /**
     * {@return such as {@code request 1 of connection 7, GET /a?b for 192.0.2.1, id 4711}}
     *
     * @param connection the name of the connection
     * @param params null before they are complete
     */
    static String of(int id, Object connection, Role role, Params params) {
        StringBuilder text = new StringBuilder("request ").append(id).append(" of ").append(connection);
        text.append(role == Role.RESPONDER || role == null ? "" : " as " + role);
        if (params == null || params.size() == 0) {
            return text.append(", head not complete").toString();
        }
        String query = params.get("QUERY_STRING", "");
        text.append(", ").append(params.get("REQUEST_METHOD", "-")).append(' ').append(params.get("SCRIPT_NAME", ""))
                .append(params.get("PATH_INFO", "")).append(query.isEmpty() ? "" : "?" + query);
        append(text, " for ", params.get("REMOTE_ADDR", ""));
        append(text, ", id ", RequestId.of(params));
        return Ascii.printable(text.toString()); // control characters of the peer must not get into a log
    }

    private static void append(StringBuilder text, String word, String value) {
        if (!value.isEmpty()) {
            text.append(word).append(value);
        }
    }
}
