package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.fcgi.Request;
import dev.fcgi.Responder;
import dev.fcgi.internal.http.Status;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Dispatches the requests of one server to its contexts, and responds like the JDK's server when there is none. A call
 * lasts as long as its exchange: if another thread is to end the exchange, the calling thread waits, so that the
 * FastCGI server alone is responsible for limits, aborts and stops.
 */
final class ExchangeResponder implements Responder {
    private final Contexts contexts;
    private final boolean secureOnly;
    /** Null means one handler at a time, which programs without an executor may rely on. */
    private final Executor executor;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);

    ExchangeResponder(Contexts contexts, boolean secureOnly, Executor executor) {
        this.contexts = contexts;
        this.secureOnly = secureOnly;
        this.executor = executor;
    }

    @Override
    public void respond(Request request) throws Exception {
        RequestHead head;
        try {
            head = new RequestHead(request.params());
        } catch (URISyntaxException e) {
            refuse(request, 400, "Bad request URI");
            return;
        } catch (NumberFormatException e) {
            refuse(request, 400, "Bad Content-Length");
            return;
        }
        if (secureOnly && !head.isSecure()) {
            refuse(request, 400, "Not a TLS request: the web server must send HTTPS=on");
            return;
        }
        String path = head.uri().getPath();
        FcgiHttpContext context = path == null ? null : contexts.find(path);
        if (context == null) {
            refuse(request, 404, "No context found for request");
        } else if (context.getHandler() == null) {
            refuse(request, 500, "No handler for context");
        } else {
            handle(request, new Exchange(request, head, context), context, head);
        }
    }

    private void handle(Request request, Exchange exchange, FcgiHttpContext context, RequestHead head)
            throws Exception {
        HttpExchange visible = head.isSecure()
                ? new TlsExchange(exchange, new TlsSession(request.params(), head.remoteAddress())) : exchange;
        if (executor == null) {
            oneAtATime.lockInterruptibly();
            try {
                context.handle(exchange, visible);
            } finally {
                oneAtATime.unlock();
            }
        } else {
            HandlerCall call = new HandlerCall(context, exchange, visible);
            request.onAbort(call::cancel);
            try {
                executor.execute(call);
            } catch (RejectedExecutionException e) {
                if (call.cancel()) {
                    refuse(request, 503, "The executor rejected the request");
                    return;
                }
            }
            call.await();
        }
        exchange.await();
    }

    private static void refuse(Request request, int status, String why) throws IOException {
        byte[] page = ("<h1>" + status + ' ' + Status.reason(status) + "</h1>" + why)
                .getBytes(StandardCharsets.US_ASCII);
        Headers headers = new Headers();
        headers.set("Content-Type", "text/html");
        headers.set("Content-Length", Integer.toString(page.length));
        request.stdout().write(ResponseFields.head(status, headers));
        if (!"HEAD".equals(request.meta("REQUEST_METHOD"))) {
            request.stdout().write(page);
        }
    }
}
