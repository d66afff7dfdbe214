package dev.fcgi.internal.client;

import dev.fcgi.FcgiException;

/** The client is closed: for its caller that is an {@link FcgiException} like others. */
final class ClientClosedException extends FcgiException {
    private static final long serialVersionUID = 1;

    ClientClosedException() {
        super("the client is closed");
    }
}
