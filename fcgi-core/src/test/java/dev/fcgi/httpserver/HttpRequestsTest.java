package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpsExchange;
import dev.fcgi.client.ClientRequest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of meta-variables that the JDK's server has no like of. */
final class HttpRequestsTest extends HttpServerFixture {
    @BeforeEach
    void serve() {
        server.start();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes());
    }

    @Test
    void tlsMakesAnHttpsExchange() throws Exception {
        server.createContext("/", exchange -> {
            if (exchange instanceof HttpsExchange secure) {
                SSLSession session = secure.getSSLSession();
                answer(exchange, session.getProtocol() + ' ' + session.getCipherSuite() + ' '
                        + HexFormat.of().formatHex(session.getId()) + ' ' + session.getPeerHost());
            } else {
                answer(exchange, "plain");
            }
        });
        assertEquals("200 plain", call(get("/")));
        assertEquals("200 plain", call(get("/").param("HTTPS", "off")));
        assertEquals("200 plain", call(get("/").param("HTTPS", "")));
        assertEquals("200 plain", call(get("/").param("HTTP_HTTPS", "on")));
        assertEquals("200 NONE SSL_NULL_WITH_NULL_NULL  127.0.0.1", call(get("/").param("HTTPS", "on")));
        assertEquals("200 NONE SSL_NULL_WITH_NULL_NULL  127.0.0.1", call(get("/").param("REQUEST_SCHEME", "https")));
        assertEquals("200 TLSv1.3 TLS_AES_256_GCM_SHA384 00ff1a 10.1.2.3", call(get("/").param("HTTPS", "on")
                .param("SSL_PROTOCOL", "TLSv1.3").param("SSL_CIPHER", "TLS_AES_256_GCM_SHA384")
                .param("SSL_SESSION_ID", "00FF1a").param("REMOTE_ADDR", "10.1.2.3")));
        assertEquals("200 NONE SSL_NULL_WITH_NULL_NULL  127.0.0.1",
                call(get("/").param("HTTPS", "on").param("SSL_SESSION_ID", "0g")));
    }

    @Test
    void theSessionOfAWebServerHasNoCertificates() throws Exception {
        server.createContext("/", exchange -> {
            SSLSession session = ((HttpsExchange) exchange).getSSLSession();
            session.putValue("a", 1);
            assertThrows(SSLPeerUnverifiedException.class, session::getPeerCertificates);
            assertThrows(SSLPeerUnverifiedException.class, session::getPeerPrincipal);
            assertThrows(IllegalArgumentException.class, () -> session.putValue(null, 1));
            session.invalidate();
            answer(exchange, session.getValue("a") + " " + List.of(session.getValueNames()) + ' ' + session.isValid()
                    + ' ' + session.getLocalCertificates() + ' ' + session.getSessionContext());
        });
        assertEquals("200 1 [a] true null null", call(get("/").param("HTTPS", "on")));
    }

    @Test
    void addressesAreThoseOfTheBrowser() throws Exception {
        server.createContext("/", exchange -> {
            InetSocketAddress remote = exchange.getRemoteAddress();
            InetSocketAddress local = exchange.getLocalAddress();
            answer(exchange, remote.getAddress().getHostAddress() + ' ' + remote.getPort() + ' '
                    + local.getAddress().getHostAddress() + ' ' + local.getPort());
        });
        assertEquals("200 10.1.2.3 4567 10.0.0.1 80", call(get("/").param("REMOTE_ADDR", "10.1.2.3")
                .param("REMOTE_PORT", "4567").param("SERVER_ADDR", "10.0.0.1").param("SERVER_PORT", "80")));
        assertEquals("200 2001:db8:0:0:0:0:0:1 1 0:0:0:0:0:0:0:1 443", call(get("/").param("REMOTE_ADDR", "2001:db8::1")
                .param("REMOTE_PORT", "1").param("SERVER_ADDR", "::1").param("SERVER_PORT", "443")));
        for (String none : List.of("unix:", "localhost.example", "1.2.3", "1.2.3.256", "::g", "::1::", "cafe", "")) {
            assertEquals("200 127.0.0.1 0 127.0.0.1 0", call(get("/").param("REMOTE_ADDR", none)
                    .param("REMOTE_PORT", "65536").param("SERVER_PORT", "-1")), none);
        }
    }

    @Test
    void aTargetThatIsMissingIsMadeOfPathAndQuery() throws Exception {
        server.createContext("/", exchange -> answer(exchange, exchange.getRequestURI()));
        assertEquals("200 /app/a%20b%3F?c=%20d", call(ClientRequest.responder().param("REQUEST_METHOD", "GET")
                .param("SCRIPT_NAME", "/app").param("PATH_INFO", "/a b?").param("QUERY_STRING", "c=%20d")));
        assertEquals("200 /", call(ClientRequest.responder().param("REQUEST_METHOD", "GET")));
    }

    @Test
    void aTargetThatIsNoPathIsRefused() throws Exception {
        server.createContext("/", exchange -> answer(exchange, exchange.getRequestURI()));
        for (String target : List.of("//evil/x", "/a|b", "/%", "/a b")) {
            assertEquals("400 <h1>400 Bad Request</h1>Bad request URI", call(get(target)), target);
        }
        for (String target : List.of("*", "mailto:a@b")) {
            assertEquals("404 <h1>404 Not Found</h1>No context found for request", call(get(target)), target);
        }
    }

    @Test
    void headersAreWhatOfTheRequestIsTheProgramsBusiness() throws Exception {
        server.createContext("/", exchange -> {
            StringBuilder all = new StringBuilder();
            Headers headers = exchange.getRequestHeaders();
            headers.keySet().stream().sorted().forEach(name -> all.append(name).append(headers.get(name)));
            answer(exchange, all);
        });
        assertEquals("200 Host[h]X-a-b[1]", call(get("/").param("HTTP_HOST", "h").param("HTTP_X_A_B", "1")
                .param("HTTP_CONNECTION", "keep-alive").param("HTTP_KEEP_ALIVE", "5").param("HTTP_TE", "gzip")
                .param("HTTP_UPGRADE", "h2c").param("HTTP_EXPECT", "100-continue").param("HTTP_", "x")
                .param("CONTENT_TYPE", "").param("CONTENT_LENGTH", "").param("HTTP_CONTENT_LENGTH", "5")));
        assertEquals("200 Content-length[0]Content-type[a/b]", call(get("/").param("CONTENT_TYPE", "a/b")
                .param("HTTP_CONTENT_TYPE", "c/d").param("CONTENT_LENGTH", "0")
                .param("HTTP_TRANSFER_ENCODING", "chunked")));
        assertEquals("200 Transfer-encoding[chunked]", call(get("/").param("HTTP_TRANSFER_ENCODING", "chunked")));
    }

    @Test
    void aBodyOfUnknownLengthEndsWithTheStream() throws Exception {
        server.createContext("/", exchange -> answer(exchange, new String(exchange.getRequestBody().readAllBytes())));
        assertEquals("200 abc", call(get("/").param("HTTP_TRANSFER_ENCODING", "chunked")
                .body(stream("abc"), -1)));
    }

    @Test
    void aBodyThatWasNotAnnouncedIsNone() throws Exception {
        server.createContext("/", exchange -> answer(exchange, exchange.getRequestBody().read()));
        assertEquals("200 -1", call(get("/").param("CONTENT_LENGTH", "").body("abc")));
    }

    @Test
    void aBodyThatIsTooShortIsAnException() throws Exception {
        InputStream body = new ExchangeInput(stream("abc"), 5);
        assertEquals("abc", new String(body.readNBytes(3)));
        assertEquals("the web server has sent 2 bytes less than announced",
                assertThrows(EOFException.class, body::read).getMessage());
    }

    @Test
    void aBodyThatIsTooLongIsCut() throws Exception {
        InputStream body = new ExchangeInput(stream("abcde"), 2);
        assertEquals(2, body.available());
        assertEquals(1, body.skip(1));
        assertEquals("b", new String(body.readAllBytes()));
        assertEquals(-1, body.read());
        assertEquals(0, body.available());
    }

    @Test
    void aLengthThatIsNoneIsRefused() throws Exception {
        server.createContext("/", exchange -> answer(exchange, "handled"));
        assertEquals("400 <h1>400 Bad Request</h1>Bad Content-Length", call(get("/").param("CONTENT_LENGTH", "-1")));
        assertEquals("400 <h1>400 Bad Request</h1>Bad Content-Length", call(get("/").param("CONTENT_LENGTH", "1x")));
    }

    /** JDK 27 has another rule than 21 to 26. */
    @Test
    void contextsMatchAsInTheJdk() {
        var before = Contexts.matcher(26);
        var after = Contexts.matcher(27);
        assertTrue(before.test("/foo", "/foobar"));
        assertEquals(List.of(true, true, true, false), List.of(after.test("/foo", "/foo"), after.test("/foo", "/foo/"),
                after.test("/foo", "/foo/bar"), after.test("/foo", "/foobar")));
        assertEquals(List.of(false, true, true), List.of(after.test("/foo/", "/foo"), after.test("/foo/", "/foo/"),
                after.test("/foo/", "/foo/bar")));
        assertTrue(after.test("/", "/foo"));
        System.setProperty("sun.net.httpserver.pathMatcher", "stringPrefix");
        try {
            assertTrue(Contexts.matcher(27).test("/foo", "/foobar"));
        } finally {
            System.clearProperty("sun.net.httpserver.pathMatcher");
        }
    }
}
