package dev.fcgi.internal.gateway;

import dev.fcgi.httpserver.GatewayExchange;
import java.io.IOException;
import java.io.OutputStream;

/** The response to a browser: its header fields are collected, then it begins. Confined to the thread of the exchange. */
final class Reply {
    private final GatewayExchange exchange;
    private final HeaderFields headers = new HeaderFields();
    private boolean begun;

    Reply(GatewayExchange exchange) {
        this.exchange = exchange;
    }

    HeaderFields headers() {
        return headers;
    }

    /** {@return whether there is a status that cannot be taken back} */
    boolean isBegun() {
        return begun;
    }

    /**
     * Sends the head.
     *
     * @param length of the body, -1 when it is not known; 0 is none, as a response to HEAD has it
     * @return where the body goes; to be closed only when it is whole
     */
    OutputStream begin(int status, long length) throws IOException {
        begun = true;
        return exchange.respond(status, headers.map(), length);
    }
}
