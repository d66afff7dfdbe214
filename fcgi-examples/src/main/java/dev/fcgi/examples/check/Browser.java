package dev.fcgi.examples.check;

import java.io.IOException;
import java.util.concurrent.Future;

/** Whoever asks the web server for pages. */
interface Browser {
    /**
     * Asks for a page. To cancel what is returned is to go away.
     *
     * @param id what the page is called: a part of its URL
     * @param body what is sent along, or null
     */
    Future<Output> ask(String id, byte[] body) throws IOException;

    /** {@return whether it sends bodies} */
    boolean hasBodies();

    /**
     * What has come of it.
     *
     * @param status 0 if all is well as far as the browser can tell
     * @param bytes the page, perhaps with a head
     * @param errors what it says beside
     */
    record Output(int status, byte[] bytes, String errors) {}
}
