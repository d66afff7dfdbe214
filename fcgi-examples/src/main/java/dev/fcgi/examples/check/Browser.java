package dev.fcgi.examples.check;

import java.io.IOException;
import java.util.concurrent.Future;

/** A client of the web server. */
interface Browser {
    /**
     * Requests a page. Cancelling the result makes the browser disconnect.
     *
     * @param id the name of the page, a part of its URL
     * @param body the body of the request, or null
     */
    Future<Output> ask(String id, byte[] body) throws IOException;

    /** {@return whether it sends bodies} */
    boolean hasBodies();

    /**
     * The result of a request.
     *
     * @param status 0 if the browser has detected no error
     * @param bytes the page, possibly with a head
     * @param errors its error messages
     */
    record Output(int status, byte[] bytes, String errors) {}
}
