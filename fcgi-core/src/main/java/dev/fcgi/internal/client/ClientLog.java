package dev.fcgi.internal.client;

import dev.fcgi.internal.conn.Log;

/** What clients have to say, all of them. */
final class ClientLog {
    static final Log LOG = Log.of("dev.fcgi.client");

    private ClientLog() {}
}
