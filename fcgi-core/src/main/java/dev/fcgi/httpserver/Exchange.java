package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import dev.fcgi.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A request and its response. Of one thread at a time, its handler's at first: another one may have it from there, and
 * end it when the handler has returned.
 */
final class Exchange extends HttpExchange {
    /** From JDK 26 on, those of an exchange are its own; before, they are the context's. */
    private static final boolean OWN_ATTRIBUTES = Runtime.version().feature() >= 26
            && !"context".equals(System.getProperty("jdk.httpserver.attributes"));

    private static final int NO_BODY = -1;

    private final Request request;
    private final RequestHead head;
    private final FcgiHttpContext context;
    private final Map<String, Object> attributes;
    private final Headers responseHeaders = new Headers();
    private final ExchangeInput input;
    private final ExchangeOutput output;
    private final CountDownLatch completed = new CountDownLatch(1);
    private InputStream requestBody;
    private OutputStream responseBody;
    private HttpPrincipal principal;
    private int status = -1;
    private boolean closed;
    /** Why the response is not what its head says, or there is none. Written before {@link #completed} is. */
    private volatile IOException failure;

    Exchange(Request request, RequestHead head, FcgiHttpContext context) {
        this.request = request;
        this.head = head;
        this.context = context;
        attributes = OWN_ATTRIBUTES ? new ConcurrentHashMap<>() : context.getAttributes();
        input = new ExchangeInput(request.stdin(), head.length());
        output = new ExchangeOutput(this, request.stdout());
        requestBody = input;
        responseBody = output;
    }

    // ---- its end

    /** All of the response was written, or nothing more comes of it; never fails. */
    void complete() {
        completed.countDown();
    }

    /** Sends all of the response and its end. */
    void finish() throws IOException {
        try {
            input.close();
            request.finish();
        } finally {
            complete();
        }
    }

    /** The response ends here, where it should not; the FastCGI server will tell the web server. */
    void fail(IOException why) {
        failure = why;
        complete();
    }

    /**
     * Waits until nothing more comes of the response, if the handler has left that to another thread.
     *
     * @throws IOException when it is not what its head says
     * @throws InterruptedException when the request was aborted, if that is the policy
     */
    void await() throws IOException, InterruptedException {
        if (completed.getCount() > 0) {
            request.onAbort(this::complete);
            completed.await();
        }
        IOException why = failure;
        if (why != null) {
            throw why;
        }
    }

    // ---- the request

    @Override
    public Headers getRequestHeaders() {
        return head.headers();
    }

    @Override
    public URI getRequestURI() {
        return head.uri();
    }

    @Override
    public String getRequestMethod() {
        return head.method();
    }

    @Override
    public String getProtocol() {
        return head.protocol();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return head.remoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return head.localAddress();
    }

    @Override
    public InputStream getRequestBody() {
        return requestBody;
    }

    @Override
    public HttpContext getHttpContext() {
        return context;
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return principal;
    }

    void principal(HttpPrincipal authenticated) {
        principal = authenticated;
    }

    @Override
    public Object getAttribute(String name) {
        return attributes.get(Objects.requireNonNull(name, "name"));
    }

    @Override
    public void setAttribute(String name, Object value) {
        Objects.requireNonNull(name, "name");
        if (value == null) {
            attributes.remove(name);
        } else {
            attributes.put(name, value);
        }
    }

    // ---- the response

    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public OutputStream getResponseBody() {
        return responseBody;
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        requestBody = in == null ? requestBody : in;
        responseBody = out == null ? responseBody : out;
    }

    @Override
    public void sendResponseHeaders(int code, long length) throws IOException {
        if (status >= 0) {
            throw new IOException("the head of the response was sent before");
        }
        if (code < 200 || code > 999) {
            throw new IOException("status " + code + ": a FastCGI program has one response, of status 200 to 999");
        }
        boolean withoutBody = length <= NO_BODY || code == 204 || code == 304 || head.method().equals("HEAD");
        long announced = withoutBody ? 0 : length == 0 ? ExchangeOutput.UNKNOWN : length;
        if (code == 204 || announced == ExchangeOutput.UNKNOWN) {
            responseHeaders.remove("Content-Length");
        } else if (code != 304 && !head.method().equals("HEAD")) { // what those say is the length without them
            responseHeaders.set("Content-Length", Long.toString(announced));
        }
        output.begin(ResponseFields.head(code, responseHeaders), announced);
        status = code;
        if (withoutBody) {
            close();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            input.close();
            responseBody.close(); // of a filter, perhaps, which has more to write
        } catch (IOException e) {
            fail(e);
        }
    }
}
