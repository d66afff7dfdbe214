package dev.fcgi.examples.cli;

import dev.fcgi.httpserver.GatewayExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** A Jetty exchange, for HTTP/1. */
record JettyExchange(Request request, Response response, IdleLimit idle) implements GatewayExchange {
    @Override
    public String method() {
        return request.getMethod();
    }

    /** Jetty has decoded it from UTF-8; malformed bytes were replaced with a character that the gateway refuses. */
    @Override
    public String target() {
        String text = request.getHttpURI().getPathQuery();
        String part = request.getHttpURI().getFragment() == null ? "" : "#"; // will be refused as well
        return text.indexOf('\uFFFD') >= 0
                ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1) + part;
    }

    @Override
    public String protocol() {
        return request.getConnectionMetaData().getProtocol();
    }

    @Override
    public Map<String, List<String>> headers() {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (HttpField field : request.getHeaders()) {
            headers.computeIfAbsent(field.getName(), unused -> new ArrayList<>(1))
                    .add(Objects.requireNonNullElse(field.getValue(), ""));
        }
        return headers;
    }

    @Override
    public InputStream body() {
        return idle.within(Content.Source.asInputStream(request));
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) request.getConnectionMetaData().getRemoteSocketAddress();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) request.getConnectionMetaData().getLocalSocketAddress();
    }

    @Override
    public boolean isSecure() {
        return request.isSecure();
    }

    @Override
    public OutputStream respond(int status, Map<String, List<String>> headers, long length) throws IOException {
        response.setStatus(status);
        HttpFields.Mutable sent = response.getHeaders();
        headers.forEach((name, values) -> values.forEach(value -> sent.add(name, value)));
        OutputStream body = idle.within(Content.Sink.asOutputStream(response));
        if (length > 0) {
            sent.put(HttpHeader.CONTENT_LENGTH, length);
        } else if (length < 0) {
            // if the end of the connection is the end of the body, an incomplete body would pass for a complete one
            sent.put(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED);
        } else if (!sent.contains(HttpHeader.CONTENT_LENGTH)
                && (HttpMethod.HEAD.is(request.getMethod()) || status == HttpStatus.NOT_MODIFIED_304)) {
            body.flush(); // a head that is sent together with the end would get a length of 0, which is not that of a GET
        }
        return body;
    }
}
