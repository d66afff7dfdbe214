package dev.fcgi.cgi;

import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.Role;
import dev.fcgi.internal.cgi.Percent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request with streams in memory, for tests of reading and writing without a server. */
public final class StubRequest implements Request {
    private final Map<String, String> variables;
    private final InputStream stdin;
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final List<Runnable> abortActions = new ArrayList<>();
    private int appStatus;
    private boolean aborted;
    private boolean finished;

    private StubRequest(Map<String, String> variables, byte[] body) {
        this.variables = variables;
        this.stdin = new ByteArrayInputStream(body);
    }

    /**
     * Makes a request without a body.
     *
     * @param method the HTTP method
     * @param target path and query, encoded as in an HTTP request
     * @return the request
     */
    public static StubRequest of(String method, String target) {
        return of(method, target, null, new byte[0]);
    }

    /**
     * Makes a request.
     *
     * @param method the HTTP method
     * @param target path and query, encoded as in an HTTP request
     * @param contentType the media type of the body, or null
     * @param body the body
     * @return the request
     */
    public static StubRequest of(String method, String target, String contentType, byte[] body) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        variables.put("SERVER_PROTOCOL", "HTTP/1.1");
        variables.put("SERVER_SOFTWARE", "offline");
        variables.put("SERVER_NAME", "localhost");
        variables.put("SERVER_PORT", "80");
        variables.put("REMOTE_ADDR", "127.0.0.1");
        variables.put("REQUEST_METHOD", method);
        variables.put("REQUEST_URI", target);
        variables.put("SCRIPT_NAME", Percent.decode(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        variables.put("QUERY_STRING", mark < 0 ? "" : target.substring(mark + 1));
        if (contentType != null) {
            variables.put("CONTENT_TYPE", contentType);
        }
        if (contentType != null || body.length > 0) {
            variables.put("CONTENT_LENGTH", Integer.toString(body.length));
        }
        return new StubRequest(variables, body);
    }

    /**
     * Sets a meta-variable.
     *
     * @param name its name, such as {@code HTTP_COOKIE}
     * @param value its value
     * @return this
     */
    public StubRequest with(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** Aborts the request: {@link #isAborted()} is true from now on, and the registered actions run immediately. */
    public void abort() {
        aborted = true;
        abortActions.forEach(Runnable::run);
        abortActions.clear();
    }

    /** {@return what was written to STDOUT so far, as UTF-8 text} */
    public String output() {
        return stdout.toString(StandardCharsets.UTF_8);
    }

    /** {@return what was written to STDOUT so far} */
    public byte[] outputBytes() {
        return stdout.toByteArray();
    }

    /** {@return what was written to STDERR so far, as UTF-8 text} */
    public String errorOutput() {
        return stderr.toString(StandardCharsets.UTF_8);
    }

    /** {@return the application status that was set} */
    public int appStatus() {
        return appStatus;
    }

    /** {@return whether {@link #finish()} was called} */
    public boolean isFinished() {
        return finished;
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public Role role() {
        return Role.RESPONDER;
    }

    @Override
    public Params params() {
        return Params.of(variables);
    }

    @Override
    public InputStream stdin() {
        return stdin;
    }

    @Override
    public OutputStream stdout() {
        return stdout;
    }

    @Override
    public OutputStream stderr() {
        return stderr;
    }

    @Override
    public void appStatus(int status) {
        appStatus = status;
    }

    @Override
    public boolean isAborted() {
        return aborted;
    }

    @Override
    public void onAbort(Runnable action) {
        if (aborted) {
            action.run();
        } else {
            abortActions.add(action);
        }
    }

    @Override
    public void finish() {
        finished = true;
    }

    @Override
    public SocketAddress peer() {
        return null;
    }
}
