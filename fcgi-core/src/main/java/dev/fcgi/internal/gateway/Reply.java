package dev.fcgi.internal.gateway;

import dev.fcgi.httpserver.GatewayExchange;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The response to a browser: its header fields are collected, then it begins. Failures are thrown as {@link
 * BrowserGoneException}, to distinguish them from failures of the application or of a file. Confined to the thread of
 * the exchange.
 */
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

    /** {@return whether the head was sent} */
    boolean isBegun() {
        return begun;
    }

    /**
     * Sends the head.
     *
     * @param length the length of the body, -1 when it is not known, 0 for no body, as in a response to HEAD
     * @return the stream for the body; to be closed only when the body is complete
     */
    OutputStream begin(int status, long length) throws BrowserGoneException {
        begun = true;
        try {
            return new Body(exchange.respond(status, headers.map(), length));
        } catch (IOException e) {
            throw new BrowserGoneException(e);
        }
    }

    private static final class Body extends OutputStream {
        private final OutputStream out;

        Body(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws BrowserGoneException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws BrowserGoneException {
            try {
                out.write(source, offset, length);
            } catch (IOException e) {
                throw new BrowserGoneException(e);
            }
        }

        @Override
        public void flush() throws BrowserGoneException {
            try {
                out.flush();
            } catch (IOException e) {
                throw new BrowserGoneException(e);
            }
        }

        @Override
        public void close() throws BrowserGoneException {
            try {
                out.close();
            } catch (IOException e) {
                throw new BrowserGoneException(e);
            }
        }
    }
}
