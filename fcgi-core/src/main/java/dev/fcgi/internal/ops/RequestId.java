package dev.fcgi.internal.ops;

import dev.fcgi.Params;

/** The id that a web server assigns to a request and writes to its own logs, if it sends one. */
public final class RequestId {
    /** nginx's {@code $request_id} has no standard name; Apache's mod_unique_id sets a variable. */
    private static final String[] NAMES = {"REQUEST_ID", "HTTP_X_REQUEST_ID", "UNIQUE_ID"};

    private RequestId() {}

    /** {@return the id, or an empty string} */
    public static String of(Params params) {
        for (String name : NAMES) {
            String id = params.get(name, "");
            if (!id.isEmpty()) {
                return id;
            }
        }
        return "";
    }
}
