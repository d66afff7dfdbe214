package dev.fcgi.cgi;

import dev.fcgi.Request;
import dev.fcgi.internal.cgi.Expires;
import dev.fcgi.internal.cgi.HeaderText;
import dev.fcgi.internal.cgi.ResponseBody;
import dev.fcgi.internal.cgi.ResponseHead;
import dev.fcgi.internal.http.Status;
import dev.fcgi.internal.server.RequestLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A CGI request and the response to it: what CGI.pm calls {@code $q}.
 *
 * {@snippet :
 * q.setContentType("text/html").addCookie(Cookie.of("seen", "1"));
 * q.out().printf("<p>hello %s</p>%n", q.param("name"));
 * }
 *
 * <p>The response consists of status and headers, which can be changed until the first byte of the body leaves the
 * buffer, and the body: text by {@link #out()} or bytes by {@link #stream()}. A body that fits the buffer is sent with
 * its Content-Length. For a HEAD request or a status that allows no body, none is sent, whatever is written.
 *
 * <p>Methods that read the request are named after what they read, such as {@link #header} or {@link #contentType()};
 * methods that change the response set or add. {@link #status()}, {@link #responseHeader} and {@link #bytesSent} return
 * what was set and sent.
 *
 * <p>Belongs to the thread that handles the request. Writing blocks like {@link Request#stdout()}.
 */
public final class CgiExchange extends CgiRequest implements AutoCloseable {
    private final ResponseHead head = new ResponseHead();
    private final ResponseBody body;
    private Charset charset;
    private PrintWriter writer;
    private List<Runnable> afterResponse = List.of();
    private EventStream events;
    /**
     * For CgiFast: a request that cannot be read throws nothing, and its error page is sent at the end of the exchange.
     */
    private final boolean ofLoop;
    private CgiException waiting;
    private boolean asked;

    private CgiExchange(Request request, CgiOptions options, boolean ofLoop) {
        super(request, options);
        this.ofLoop = ofLoop;
        this.charset = options.charset();
        this.body = new ResponseBody(head, request.stdout(), method().equals("HEAD"), options.responseBuffer());
    }

    /**
     * Creates an exchange for a request, for handlers that are not a {@link CgiHandler}.
     *
     * {@snippet :
     * try (CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT)) {
     *     q.out().println("hello");
     * }
     * }
     *
     * @param request the request; nothing may have been written to its STDOUT yet
     * @param options limits and defaults
     * @return the exchange
     */
    public static CgiExchange of(Request request, CgiOptions options) {
        return new CgiExchange(Objects.requireNonNull(request, "request"), Objects.requireNonNull(options, "options"),
                false);
    }

    /** Creates an exchange for the loop of {@link CgiFast}, where an exception would end the program. */
    static CgiExchange ofLoop(Request request, CgiOptions options) {
        return new CgiExchange(request, options, true);
    }

    // ---- a request that cannot be read

    @Override
    <X extends Exception> void unreadable(X e) throws X {
        if (!ofLoop) {
            throw e;
        }
        if (waiting != null) {
            return;
        }
        waiting = e instanceof CgiException known ? known : new CgiException(500, "the request could not be read");
        if (waiting != e && !request().isAborted() || isCommitted()) {
            RequestLog.warn(request(), e, "request could not be read: {0}");
        }
        body.discard(!isCommitted());
    }

    /**
     * Reads query and form, and returns what is wrong with them: CGI.pm's {@code cgi_error}.
     *
     * <p>In the loop of {@link CgiFast#next} methods that read parameters, uploads or the whole body do not throw for a
     * request that is malformed or too large. They find nothing, and whatever response the program writes is replaced
     * by an error page with the right status. Calling this method, at any time before the end, means that the program
     * sends its own response. Outside that loop, those methods throw the exception that this method returns.
     *
     * @return the exception, with the status and the message for the client; null when there is no error
     * @throws IOException as {@link #bodyParam}
     */
    public CgiException cgiError() throws IOException {
        try {
            paramNames();
        } catch (CgiException e) {
            return e;
        }
        asked = waiting != null;
        if (asked) {
            body.discard(false);
        }
        return waiting;
    }

    // ---- status and headers

    /** {@return the status of the response} */
    public int status() {
        return head.status();
    }

    /**
     * Sets the status, with its usual reason phrase. Default 200.
     *
     * @param code 200 to 999; with 204, 205 and 304 no body is sent
     * @return this
     * @throws IllegalArgumentException when the code is not within that range; a status below 200 is not final
     *     (RFC 9110 15.2), and a CGI program has one response
     * @throws IllegalStateException when the head of the response was already sent; this holds for every method that
     * changes it
     */
    public CgiExchange status(int code) {
        return status(code, Status.reason(code));
    }

    /**
     * Sets the status.
     *
     * @param code 200 to 999
     * @param reason the phrase after it; if it is blank, the usual one
     * @return this
     * @throws IllegalArgumentException as {@link #status(int)}, or when the phrase has a CR, LF or NUL
     */
    public CgiExchange status(int code, String reason) {
        requireUncommitted();
        head.status(code, Objects.requireNonNull(reason, "reason"));
        return this;
    }

    /**
     * Sets a header, replacing all with that name. Hop-by-hop headers are dropped when the head is sent, because the
     * connection to the browser belongs to the web server (RFC 3875 6.3.4, RFC 9110 7.6.1): Connection and the headers
     * that it names, Keep-Alive, Proxy-Authenticate, TE, Trailer, Transfer-Encoding, Upgrade and similar ones.
     *
     * @param name a token
     * @param value sent as UTF-8
     * @return this
     * @throws IllegalArgumentException when the name is not a token, or the value has a CR, LF or NUL
     */
    public CgiExchange setHeader(String name, String value) {
        requireUncommitted();
        head.set(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * Adds a header. One that must not be repeated, such as Content-Type, Content-Length, Location, ETag or
     * Content-Disposition, is replaced. Hop-by-hop headers are dropped, see {@link #setHeader}.
     *
     * @param name a token
     * @param value sent as UTF-8
     * @return this
     * @throws IllegalArgumentException when the name is not a token, or the value has a CR, LF or NUL
     */
    public CgiExchange addHeader(String name, String value) {
        requireUncommitted();
        head.add(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * Sets the media type. Default {@code text/plain}.
     *
     * @param type the type; {@code text/*} without a charset gets the charset of {@link #out()} if that is used
     * @return this
     */
    public CgiExchange setContentType(String type) {
        return setHeader("Content-Type", Objects.requireNonNull(type, "type"));
    }

    /**
     * Sets the charset of {@link #out()}, before its first use.
     *
     * @param charset default: the one of the options, UTF-8
     * @return this
     */
    public CgiExchange charset(Charset charset) {
        if (writer != null) {
            throw new IllegalStateException("the charset cannot be changed after out() was used");
        }
        this.charset = Objects.requireNonNull(charset, "charset");
        return this;
    }

    /**
     * Adds a cookie for the browser to store.
     *
     * @param cookie the cookie
     * @return this
     */
    public CgiExchange addCookie(Cookie cookie) {
        return addHeader("Set-Cookie", Objects.requireNonNull(cookie, "cookie").toString());
    }

    /**
     * Sets when the response expires in caches.
     *
     * @param when {@code now}, a time from now such as {@code +30m} (s, m, h, d, M, y), or an HTTP date
     * @return this
     */
    public CgiExchange expires(String when) {
        return setHeader("Expires", Expires.date(Objects.requireNonNull(when, "when"), Instant.now()));
    }

    /**
     * Asks the browser to save the response as a file.
     *
     * @param fileName the name that the browser proposes
     * @return this
     */
    public CgiExchange attachment(String fileName) {
        return setHeader("Content-Disposition",
                "attachment; " + HeaderText.parameter("filename", Objects.requireNonNull(fileName, "fileName")));
    }

    /**
     * Looks up a header of the response.
     *
     * @param name its name, in any case
     * @return its first value, or null: as it was set, or once {@link #isCommitted} as it was sent, including a
     *     Content-Type or Content-Length that was added
     */
    public String responseHeader(String name) {
        return head.value(Objects.requireNonNull(name, "name"));
    }

    /**
     * {@return the headers of the response by case-insensitive name, each with its values in order, as for {@link
     * #responseHeader}; an unmodifiable copy}
     */
    public Map<String, List<String>> responseHeaders() {
        return head.values();
    }

    // ---- the body

    /**
     * {@return a writer for the body as text} Like every PrintWriter it throws no I/O errors: {@code checkError()},
     * {@link #flush()} or the interrupt tell that the request was aborted.
     */
    public PrintWriter out() {
        if (writer == null) {
            head.charset(charset.name().toLowerCase(Locale.ROOT));
            writer = new PrintWriter(new OutputStreamWriter(body, charset));
        }
        return writer;
    }

    /** {@return a stream for the body as bytes; flush {@link #out()} before using both} */
    public OutputStream stream() {
        return body;
    }

    /**
     * Sends the head and everything written so far.
     *
     * @throws IOException when the request was aborted or the connection is lost
     */
    public void flush() throws IOException {
        if (writer != null) {
            writer.flush();
        }
        body.flush();
    }

    /**
     * {@return the length of the body in bytes, sent or still buffered, including text written to {@link #out()}; 0
     * when no body is sent}
     */
    public long bytesSent() {
        if (writer != null) {
            body.collect(writer);
        }
        return body.sent();
    }

    /** {@return whether the head was sent, so that status and headers are fixed} */
    public boolean isCommitted() {
        return body.isCommitted();
    }

    private void requireUncommitted() {
        if (body.isCommitted()) {
            throw new IllegalStateException(
                    "status and headers cannot be changed: the head of the response was already sent");
        }
    }

    // ---- whole responses

    /**
     * Discards status, header fields and body, everything set and written so far, so that another response can be made,
     * such as an interceptor's own error page.
     *
     * @return this
     * @throws IllegalStateException when the head was already sent
     */
    public CgiExchange reset() {
        requireUncommitted();
        head.clear();
        body.reset();
        writer = null;
        return this;
    }

    /**
     * Makes the response a redirect with status 302.
     *
     * @param location an absolute URI, or a path on this server
     * @return this
     * @throws IllegalArgumentException when the location has a CR, LF or NUL
     */
    public CgiExchange redirect(String location) {
        return redirect(location, 302);
    }

    /**
     * Makes the response a redirect.
     *
     * @param location an absolute URI, or a path on this server
     * @param code the status, 300 to 399
     * @return this
     */
    public CgiExchange redirect(String location, int code) {
        Objects.requireNonNull(location, "location");
        if (code < 300 || code > 399) {
            throw new IllegalArgumentException("status must be 300 to 399, was " + code);
        }
        setHeader("Location", location); // an illegal one changes nothing
        return status(code);
    }

    /**
     * Makes the response an error page, replacing everything set and written so far.
     *
     * @param code the status
     * @return this
     */
    public CgiExchange error(int code) {
        return error(code, "");
    }

    /**
     * Makes the response an error page, replacing everything set and written so far.
     *
     * @param code the status
     * @param message what to tell the client, as plain text
     * @return this
     * @throws IllegalStateException when the head was already sent
     */
    public CgiExchange error(int code, String message) {
        Objects.requireNonNull(message, "message");
        reset().status(code);
        out().print(code + " " + Status.reason(code) + "\n" + (message.isEmpty() ? "" : message + "\n"));
        return this;
    }

    /** Called when a handler has thrown. Makes the response an error page, unless the head was already sent. */
    void fail(Throwable e) {
        if (isCommitted()) {
            return;
        }
        if (e instanceof CgiException known) {
            error(known.status(), known.getMessage());
        } else {
            error(500);
        }
    }

    /**
     * Starts a stream of server-sent events: sends the head. The response lasts until the handler returns.
     *
     * @return the stream
     * @throws IOException when the request was aborted or the connection is lost
     */
    public EventStream events() throws IOException {
        setContentType("text/event-stream").setHeader("Cache-Control", "no-cache").setHeader("X-Accel-Buffering", "no");
        flush();
        events = new EventStream(body, request());
        return events;
    }

    // ---- the end

    /**
     * Registers a task that runs after the response was sent and its request ended, on the thread of the handler. A
     * graceful stop of the server waits for it.
     *
     * @param task the task; exceptions are logged
     */
    public void afterResponse(Runnable task) {
        if (afterResponse.isEmpty()) {
            afterResponse = new ArrayList<>();
        }
        afterResponse.add(Objects.requireNonNull(task, "task"));
    }

    /**
     * Ends the exchange: sends the rest of the response, deletes temporary files, and runs the tasks of {@link
     * #afterResponse}. The library calls it for a {@link CgiHandler} and at {@link CgiFast#next}. Calling it again has
     * no effect.
     *
     * <p>The request itself ends when its handler returns. A handler that has more to do after the response may call
     * {@link Request#finish()} after this method to end the request earlier. In the loop of {@link CgiFast} this method
     * is enough.
     *
     * @throws IOException when the request was aborted or the connection is lost
     */
    @Override
    public void close() throws IOException {
        List<Runnable> tasks = afterResponse;
        afterResponse = List.of();
        try {
            closeEvents();
            answerBroken();
            body.ending();
            if (writer != null) {
                writer.flush();
            }
            body.close();
            if (ofLoop || !tasks.isEmpty()) {
                request().finish();
            }
        } finally {
            closeForm();
            for (int i = 0; i < tasks.size(); i++) {
                runLogged(tasks.get(i));
            }
        }
    }

    private void answerBroken() {
        if (waiting != null && !asked && !isCommitted()) {
            body.discard(false);
            error(waiting.status(), waiting.getMessage());
        }
    }

    private void runLogged(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // even after an Error the next task runs
            RequestLog.warn(request(), e, "an afterResponse task failed: {0}");
        }
    }

    private void closeEvents() {
        if (events != null) {
            events.close();
        }
    }

    /** Ends without a response, because the handler has failed. */
    void abandon() {
        closeEvents();
        closeForm();
    }
}
