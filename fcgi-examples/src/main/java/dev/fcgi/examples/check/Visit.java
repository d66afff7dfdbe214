package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.STDERR;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * A browser requests a page: the request that the web server sends to us, our answer, and what the browser gets. The
 * page is text whose first word no other page has.
 */
final class Visit {
    static final String HEAD = "Content-Type: text/plain\r\n\r\n";

    private final WebServer web;
    private final String id;
    private final Future<Browser.Output> output;
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final String firstWord;
    private byte[] page;
    /** Null before it has arrived. */
    private FcgiRequest request;

    Visit(WebServer web, String id, String firstWord, Future<Browser.Output> output) {
        this.web = web;
        this.id = id;
        this.firstWord = firstWord;
        this.output = output;
        of(200);
    }

    /** Sets the length of the page. */
    Visit of(int length) {
        StringBuilder text = new StringBuilder(firstWord);
        for (int i = 0; text.length() < length; i++) {
            text.append(' ').append(i);
        }
        text.setLength(length);
        page = text.toString().getBytes(StandardCharsets.US_ASCII);
        return this;
    }

    /** Sets the page, which begins with its first word. */
    Visit is(byte[] bytes) {
        page = bytes;
        return this;
    }

    byte[] bytes() {
        return page;
    }

    // ---- the request

    /** Waits until the web server has sent the request, including its parameters. */
    Visit received() {
        web.await(() -> (request = web.poll(id)) != null || output.isDone(), timeout());
        if (request == null) {
            throw Judgement.unmet("no request comes with " + id + " in its parameters"
                    + (output.isDone() ? ", and the browser has got " + judge().told() : ""));
        }
        return this;
    }

    FcgiRequest request() {
        return request;
    }

    ToWebServer connection() {
        return request.connection();
    }

    /** {@return whether the end of a stream arrives in time} */
    boolean awaitEnd(int type) {
        return web.await(() -> request.hasEnded(type), timeout());
    }

    /** Waits for the end of STDIN. */
    byte[] stdin() {
        if (!awaitEnd(STDIN)) {
            throw Judgement.unmet("no end of STDIN after " + request.stream(STDIN).length + " bytes");
        }
        return request.stream(STDIN);
    }

    /** Waits for the end of STDIN, at most for the timeout, so that a close is not a reset. */
    Visit stdinEnded() {
        web.await(() -> request.hasEnded(STDIN), quiet());
        return this;
    }

    // ---- the response

    Visit record(int type, byte[] content) {
        connection().record(type, request.id(), content);
        if (type == STDOUT) {
            stdout.writeBytes(content);
        }
        return this;
    }

    Visit stdout(byte[] value) {
        connection().stream(STDOUT, request.id(), value);
        stdout.writeBytes(value);
        return this;
    }

    Visit stdout(String text) {
        return stdout(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Visit stderr(String text) {
        connection().stream(STDERR, request.id(), text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Visit endStream(int type) {
        connection().endStream(type, request.id());
        return this;
    }

    /** A head and the page. */
    Visit page() {
        return stdout(HEAD).body();
    }

    /** The page without a head. */
    Visit body() {
        return stdout(page);
    }

    /** The end of STDOUT and of the request, and of the connection, if the application has to close it. */
    Visit end() {
        return end(0, REQUEST_COMPLETE);
    }

    Visit end(int appStatus, int protocolStatus) {
        return endStream(STDOUT).endRequest(FcgiRecord.endBody(appStatus, protocolStatus)).closeIfOurs();
    }

    Visit endRequest(byte[] body) {
        return record(END_REQUEST, body);
    }

    /**
     * Closes the connection, unless it is to be kept, after all data has arrived, because otherwise the close would be
     * a reset.
     */
    Visit closeIfOurs() {
        if (!request.keepsConnection()) {
            stdinEnded().close();
        }
        return this;
    }

    Visit flush() {
        connection().flush();
        return this;
    }

    Visit padding(int length) {
        connection().padding(length);
        return this;
    }

    Visit pieces(int length) {
        connection().pieces(length);
        return this;
    }

    Visit close() {
        connection().close();
        return this;
    }

    Visit reset() {
        connection().reset();
        return this;
    }

    /** Lets time pass, whatever the other side does meanwhile. */
    Visit pause(Duration time) {
        web.await(() -> false, time);
        return this;
    }

    // ---- what the browser gets

    /** The browser disconnects. */
    void leave() {
        web.trial().transcript().add("browser: disconnects");
        output.cancel(true);
    }

    boolean isAnswered() {
        return output.isDone();
    }

    /** Waits for what the browser gets. If the web server repeats the request, it gets the page. */
    Answer answer() {
        web.await(() -> {
            FcgiRequest again = web.poll(id);
            if (again != null) {
                web.trial().saw("it repeats the request");
                request = again;
                page().end();
            }
            return output.isDone();
        }, timeout());
        Answer answer = judge();
        web.trial().transcript().add("browser: got " + answer.told());
        return answer;
    }

    private Answer judge() {
        if (!output.isDone()) {
            return Answer.none(timeout().toMillis() / 1000.0 + " s");
        }
        try {
            return Answer.of(output.get(), firstWord, page, stdout.toByteArray());
        } catch (ExecutionException | CancellationException e) {
            throw Judgement.unmet("the browser failed: " + e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Expects that the browser gets the page. */
    Answer expectPage() {
        Answer answer = answer();
        if (answer.kind() != Answer.Kind.WHOLE) {
            throw Judgement.unmet("the browser gets " + answer.told());
        }
        return answer;
    }

    /** Expects that the browser gets the whole page, even if it takes it for an error. */
    Answer expectContent() {
        Answer answer = answer();
        if (!answer.output().endsWith(new String(page, StandardCharsets.ISO_8859_1))) {
            throw Judgement.unmet("the browser gets " + answer.told());
        }
        return answer;
    }

    /** Expects that the browser gets an error, or a part of the page and knows that it is a part. */
    Answer expectFailure() {
        Answer answer = answer();
        if (web.requests().stream().filter(one -> one.isFor(id)).count() > 1 && answer.kind() == Answer.Kind.WHOLE) {
            return answer;
        }
        if (answer.kind() != Answer.Kind.ERROR && answer.kind() != Answer.Kind.CUT) {
            throw Judgement.unmet("the browser gets " + answer.told());
        }
        return answer;
    }

    /** Expects that the browser gets nothing that was not sent to it, and records what it gets. */
    Answer expectSense() {
        Answer answer = answer();
        if (answer.kind() == Answer.Kind.GARBLED || answer.kind() == Answer.Kind.NONE) {
            throw Judgement.unmet("the browser gets " + answer.told());
        }
        web.trial().saw("the browser gets " + answer.told());
        return answer;
    }

    /** The same, and not a part that looks complete. */
    void expectNoShortPage() {
        Answer answer = answer();
        if (answer.kind() == Answer.Kind.SHORT || answer.kind() == Answer.Kind.GARBLED
                || answer.kind() == Answer.Kind.NONE) {
            throw Judgement.unmet("the browser gets " + answer.told());
        }
        web.trial().saw("the browser gets " + answer.told());
    }

    Duration quiet() {
        return web.trial().quiet();
    }

    private Duration timeout() {
        return web.trial().timeout();
    }
}
