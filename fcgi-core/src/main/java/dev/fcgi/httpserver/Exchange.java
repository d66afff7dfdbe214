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
 * A request and its response. Confined to one thread at a time: first that of its handler, which may hand it to another
 * thread that ends it after the handler has returned.
 */
final class Exchange extends HttpExchange {
    /** From JDK 26 on, each exchange has its own attributes; before, they belong to the context. */
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
    /** Why the response is incomplete or missing. Written before {@link #completed} is. */
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

    /** The whole response was written, or no more of it will be; never fails. */
    void complete() {
        completed.countDown();
    }

    /** Sends the rest of the response and its end. */
    void finish() throws IOException {
        try {
            input.close();
            request.finish();
        } finally {
            complete();
        }
    }

    /** The response ends here but is incomplete; the FastCGI server will tell the web server. */
    void fail(IOException why) {
        failure = why;
        complete();
    }

    /**
     * Waits until no more of the response will be written, if the handler has handed that to another thread.
     *
     * @throws IOException when the response is incomplete
     * @throws InterruptedException when the request was aborted and the policy is to interrupt
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
            throw new IOException("the head of the response was already sent");
        }
        if (code < 200 || code > 999) {
            throw new IOException("status must be 200 to 999, was " + code + ": a FastCGI program sends one response");
        }
        boolean withoutBody = length <= NO_BODY || code == 204 || code == 304 || head.method().equals("HEAD");
        long announced = withoutBody ? 0 : length == 0 ? ExchangeOutput.UNKNOWN : length;
        if (code == 204 || announced == ExchangeOutput.UNKNOWN) {
            responseHeaders.remove("Content-Length");
        } else if (code != 304 && !head.method().equals("HEAD")) {
            // for a 304 and for HEAD the handler has set the length that a body would have
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
            responseBody.close(); // may belong to a filter, which has more to write
        } catch (IOException e) {
            fail(e);
        }
    }
}
