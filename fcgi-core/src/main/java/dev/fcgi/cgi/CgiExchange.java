package dev.fcgi.cgi;

import dev.fcgi.Request;
import dev.fcgi.internal.cgi.Expires;
import dev.fcgi.internal.cgi.HeaderText;
import dev.fcgi.internal.cgi.ResponseBody;
import dev.fcgi.internal.cgi.ResponseHead;
import dev.fcgi.internal.http.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
 * its Content-Length. For a HEAD request, and where the status allows none, no body is sent, whatever is written.
 *
 * <p>What reads the request is named after what it reads, {@link #header} or {@link #contentType()}; what changes the
 * response sets or adds. {@link #status()}, {@link #responseHeader} and {@link #bytesSent} tell what was set and sent.
 *
 * <p>Belongs to the thread that handles the request. Writing blocks like {@link Request#stdout()}.
 */
public final class CgiExchange extends CgiRequest implements AutoCloseable {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");

    private final ResponseHead head = new ResponseHead();
    private final ResponseBody body;
    private Charset charset;
    private PrintWriter writer;
    private List<Runnable> afterResponse = List.of();
    private EventStream events;
    /** Of CgiFast: a request that cannot be read is answered at the end, and throws nothing; the end is that of all. */
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
     * Makes an exchange of a request, for handlers that are not a {@link CgiHandler}.
     *
     * {@snippet :
     * try (CgiExchange q = CgiExchange.of(request, CgiOptions.DEFAULT)) {
     *     q.out().println("hello");
     * }
     * }
     *
     * @param request the request; nothing must have been written to its STDOUT
     * @param options limits and defaults
     * @return the exchange
     */
    public static CgiExchange of(Request request, CgiOptions options) {
        return new CgiExchange(Objects.requireNonNull(request, "request"), Objects.requireNonNull(options, "options"),
                false);
    }

    /** Makes an exchange for the loop of {@link CgiFast}, where an exception would end the program. */
    static CgiExchange ofLoop(Request request, CgiOptions options) {
        return new CgiExchange(request, options, true);
    }

    // ---- a request that is broken

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
            LOG.log(Level.WARNING, "request could not be read", e);
        }
        body.discard(!isCommitted());
    }

    /**
     * Reads query and form, and tells what is wrong with them: CGI.pm's {@code cgi_error}.
     *
     * <p>In the loop of {@link CgiFast#next} nothing that reads parameters, uploads or the body as a whole throws for a
     * request that is broken or too large: there is nothing to be found, and whatever the program answers is replaced
     * by an error page with the right status. Asking here, at any time before the end, means that the program answers
     * itself. Elsewhere those calls throw the exception that is returned here, unless it is caught.
     *
     * @return the exception, with the status and the message for the client; null when all is well
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
     * @param code 200 to 999. A body is sent with none of 204, 205 and 304
     * @return this
     * @throws IllegalArgumentException when the code is not within that range; a status below 200 is not final
     *     (RFC 9110 15.2), and a CGI program has one response
     * @throws IllegalStateException when the head of the response was sent, like all that change it
     */
    public CgiExchange status(int code) {
        return status(code, Status.reason(code));
    }

    /**
     * Sets the status.
     *
     * @param code 200 to 999
     * @param reason the phrase after it; when it is blank, the usual one
     * @return this
     * @throws IllegalArgumentException as {@link #status(int)}, or when the phrase has a CR, LF or NUL
     */
    public CgiExchange status(int code, String reason) {
        requireUncommitted();
        head.status(code, Objects.requireNonNull(reason, "reason"));
        return this;
    }

    /**
     * Sets a header, in place of all with that name. Those that concern one connection only are dropped when the head
     * is sent, since the connection to the browser is the web server's (RFC 3875 6.3.4, RFC 9110 7.6.1): Connection and
     * what it names, Keep-Alive, Proxy-Authenticate, TE, Trailer, Transfer-Encoding, Upgrade and their like.
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
     * Adds a header to those with that name; those that must not be repeated, such as Content-Type, Content-Length,
     * Location, ETag or Content-Disposition, are replaced. Some are dropped, see {@link #setHeader}.
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
     * @param type the type; one of {@code text/*} without a charset gets the one of {@link #out()} when that is used
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
            throw new IllegalStateException("out() was used already");
        }
        this.charset = Objects.requireNonNull(charset, "charset");
        return this;
    }

    /**
     * Has the browser keep a cookie.
     *
     * @param cookie the cookie
     * @return this
     */
    public CgiExchange addCookie(Cookie cookie) {
        return addHeader("Set-Cookie", Objects.requireNonNull(cookie, "cookie").toString());
    }

    /**
     * Sets when caches shall forget the response.
     *
     * @param when {@code now}, a time from now such as {@code +30m} (s, m, h, d, M, y), or a date as HTTP writes it
     * @return this
     */
    public CgiExchange expires(String when) {
        return setHeader("Expires", Expires.date(Objects.requireNonNull(when, "when"), Instant.now()));
    }

    /**
     * Has the browser save the response as a file.
     *
     * @param fileName the name it proposes
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
     * @return its first value, or null: as it was set, and once {@link #isCommitted} as it was sent, with the
     *     Content-Type and the Content-Length that were missing
     */
    public String responseHeader(String name) {
        return head.value(Objects.requireNonNull(name, "name"));
    }

    /**
     * {@return the headers of the response, by name without regard to case, each with its values in order; a copy, of
     * what {@link #responseHeader} finds, unmodifiable}
     */
    public Map<String, List<String>> responseHeaders() {
        return head.values();
    }

    // ---- the body

    /**
     * {@return the body as text. Its errors are silent, as always with a PrintWriter: a request that was aborted is
     * noticed by {@code checkError()}, {@link #flush()}, and the interrupt}
     */
    public PrintWriter out() {
        if (writer == null) {
            head.charset(charset.name().toLowerCase(Locale.ROOT));
            writer = new PrintWriter(new OutputStreamWriter(body, charset));
        }
        return writer;
    }

    /** {@return the body as bytes; flush {@link #out()} before using both} */
    public OutputStream stream() {
        return body;
    }

    /**
     * Sends the head and all that was written.
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
     * {@return the length of the body in bytes: what was sent and what the buffer still holds, text that was written to
     * {@link #out()} included; 0 where no body is sent}
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
            throw new IllegalStateException("the head of the response was sent");
        }
    }

    // ---- whole answers

    /**
     * Forgets status, header fields and body, all that was set and written so far: for an answer in place of another,
     * such as an error page of one's own that an interceptor makes.
     *
     * @return this
     * @throws IllegalStateException when the head was sent
     */
    public CgiExchange reset() {
        requireUncommitted();
        head.clear();
        body.reset();
        writer = null;
        return this;
    }

    /**
     * Answers with a redirect, status 302.
     *
     * @param location an absolute URI, or a path on this server
     * @return this
     * @throws IllegalArgumentException when the location has a CR, LF or NUL
     */
    public CgiExchange redirect(String location) {
        return redirect(location, 302);
    }

    /**
     * Answers with a redirect.
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
        setHeader("Location", location); // one that is refused changes nothing
        return status(code);
    }

    /**
     * Answers with an error page, in place of all that was set and written so far.
     *
     * @param code the status
     * @return this
     */
    public CgiExchange error(int code) {
        return error(code, "");
    }

    /**
     * Answers with an error page, in place of all that was set and written so far.
     *
     * @param code the status
     * @param message what to tell the client, as plain text
     * @return this
     * @throws IllegalStateException when the head was sent
     */
    public CgiExchange error(int code, String message) {
        Objects.requireNonNull(message, "message");
        reset().status(code);
        out().print(code + " " + Status.reason(code) + "\n" + (message.isEmpty() ? "" : message + "\n"));
        return this;
    }

    /** A handler has thrown: unless the head is out, makes the answer the error page that this leads to. */
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
     * Starts a stream of server-sent events: sends the head; the response lasts until the handler returns.
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
     * Runs something once the answer is sent and the web server is content: on the thread of the handler, after it has
     * returned. A graceful stop of the server waits for it.
     *
     * @param task what to do; what it throws is logged
     */
    public void afterResponse(Runnable task) {
        if (afterResponse.isEmpty()) {
            afterResponse = new ArrayList<>();
        }
        afterResponse.add(Objects.requireNonNull(task, "task"));
    }

    /**
     * Ends the exchange: sends what is left, deletes temporary files, runs what was registered to run afterwards. For a
     * {@link CgiHandler} and at {@link CgiFast#next} the library calls it. Without effect when called again.
     *
     * <p>The request itself ends when its handler returns. {@link Request#finish()} ends it at once, after this: for a
     * handler that has more to do when the client has its answer. In the loop of {@link CgiFast} this is all.
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

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // an Error of one task does not keep the next from running
            LOG.log(Level.WARNING, "task after a response failed", e);
        }
    }

    private void closeEvents() {
        if (events != null) {
            events.close();
        }
    }

    /** Ends without an answer: the handler has failed. */
    void abandon() {
        closeEvents();
        closeForm();
    }
}
