package dev.fcgi.cgi;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

/** A request whose variables are bytes, which need not be UTF-8. */
final class ByteRequest {
    private ByteRequest() {}

    /** Names and values, a character for each byte. */
    static CgiExchange of(String... variables) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < variables.length; i += 2) {
            NameValuePairs.append(block, variables[i].getBytes(StandardCharsets.ISO_8859_1),
                    variables[i + 1].getBytes(StandardCharsets.ISO_8859_1));
        }
        Params params;
        try {
            params = EncodedParams.decode(block.toByteArray(), block.size());
        } catch (FcgiProtocolException e) {
            throw new AssertionError(e);
        }
        StubRequest other = StubRequest.of("GET", "/");
        Class<?>[] types = {Request.class};
        Request request = (Request) Proxy.newProxyInstance(Request.class.getClassLoader(), types,
                (proxy, method, arguments) ->
                        method.getName().equals("params") ? params : method.invoke(other, arguments));
        return CgiExchange.of(request, CgiOptions.DEFAULT);
    }
}
