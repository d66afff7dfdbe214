package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Role;
import dev.fcgi.internal.client.ClientOptions;
import dev.fcgi.internal.client.Observers;
import java.io.InputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A request before it is sent. */
final class ClientRequestTest {
    private static final InputStream NOTHING = InputStream.nullInputStream();

    private static String length(ClientRequest.Builder builder) {
        return builder.build().params().get("CONTENT_LENGTH");
    }

    @Test
    void contentLengthIsThatOfTheBody() {
        assertNull(length(ClientRequest.responder()));
        assertEquals("0", length(ClientRequest.responder().body("")));
        assertEquals("2", length(ClientRequest.responder().body("ö")));
        assertEquals("7", length(ClientRequest.responder().body(NOTHING, 7)));
        assertNull(length(ClientRequest.responder().body(NOTHING, -1)));
        assertEquals("3", length(ClientRequest.responder().body(NOTHING, 7).body("abc"))); // the last one counts
        assertEquals("9", length(ClientRequest.responder().param("CONTENT_LENGTH", "9").body(NOTHING, -1)));
        assertEquals("", length(ClientRequest.responder().param("CONTENT_LENGTH", ""))); // as nginx does
        assertEquals("5", length(ClientRequest.authorizer().param("CONTENT_LENGTH", "5"))); // of the browser's request
    }

    @Test
    void contentLengthMustBeRight() {
        assertThrows(IllegalStateException.class, () -> length(
                ClientRequest.responder().param("CONTENT_LENGTH", "4").body("abc")));
        assertThrows(IllegalStateException.class, () -> length(ClientRequest.responder().param("CONTENT_LENGTH", "4")));
        assertThrows(IllegalStateException.class, () -> length(
                ClientRequest.responder().param("CONTENT_LENGTH", "4").body(NOTHING, 5)));
    }

    @Test
    void parametersHaveNoNul() {
        assertThrows(IllegalArgumentException.class, () -> ClientRequest.responder().param("A\0", "b"));
        assertThrows(IllegalArgumentException.class, () -> ClientRequest.responder().param("A", "b\0"));
        assertThrows(UnsupportedOperationException.class, () -> ClientRequest.responder().build().params().clear());
    }

    @Test
    void whatIsBuiltStaysAsItIs() {
        ClientRequest.Builder builder = ClientRequest.responder().param("A", "a").body("abc");
        ClientRequest first = builder.build();
        ClientRequest second = builder.param("A", "b").body("other").build();
        assertEquals("{A=a, CONTENT_LENGTH=3}", first.params().toString());
        assertEquals("{A=b, CONTENT_LENGTH=5}", second.params().toString());
    }

    @Test
    void noRequestChangesAnother() {
        CgiParams cgi = CgiParams.of("GET", "/");
        ClientRequest.Builder builder = ClientRequest.responder().params(cgi);
        ClientRequest first = builder.build();
        ClientRequest second = builder.param("A", "a").build();
        ClientRequest third = builder.param("A", "b").body("abc").build();
        ClientRequest fourth = builder.param("B", "b").body(InputStream.nullInputStream(), -1).build();
        assertEquals(CgiParams.of("GET", "/"), cgi);
        assertEquals(cgi.toMap(), first.params());
        assertEquals(cgi.toMap() + "{A=a}", plus(second));
        assertEquals(cgi.toMap() + "{A=b, CONTENT_LENGTH=3}", plus(third));
        assertEquals(cgi.toMap() + "{A=b, B=b}", plus(fourth));
        assertThrows(IllegalArgumentException.class,
                () -> ClientRequest.responder().params(CgiParams.of("GET", "/\0")));
    }

    /** What a request has beside the parameters of any. */
    private static String plus(ClientRequest request) {
        Map<String, String> own = new LinkedHashMap<>(request.params());
        own.keySet().removeAll(CgiParams.of("GET", "/").toMap().keySet());
        return CgiParams.of("GET", "/").toMap() + own.toString();
    }

    @Test
    void dataOfAFilterHasALength() {
        assertEquals("length must be at least 0, was -1", assertThrows(IllegalArgumentException.class,
                () -> ClientRequest.filter(NOTHING, -1, Instant.EPOCH)).getMessage());
    }

    @Test
    void roles() {
        assertEquals(Role.RESPONDER, ClientRequest.responder().build().role());
        assertEquals(Role.AUTHORIZER, ClientRequest.authorizer().build().role());
        ClientRequest filter = ClientRequest.filter(NOTHING, 12, Instant.ofEpochSecond(34, 999_999_999)).build();
        assertEquals(Role.FILTER, filter.role());
        assertEquals("{FCGI_DATA_LENGTH=12, FCGI_DATA_LAST_MOD=34}", filter.params().toString());
        assertThrows(IllegalStateException.class, () -> ClientRequest.authorizer().body("a").build());
        assertThrows(IllegalStateException.class, () -> ClientRequest.authorizer().body(NOTHING, 0).build());
    }

    @Test
    void aStreamIsSentOnce() {
        Observers observers = new Observers(new ClientOptions());
        ClientRequest bytes = ClientRequest.responder().body("a").build();
        assertTrue(bytes.isRepeatable());
        bytes.toCall(observers);
        bytes.toCall(observers);
        ClientRequest stream = ClientRequest.responder().body(NOTHING, -1).build();
        assertFalse(stream.isRepeatable());
        stream.toCall(observers);
        assertThrows(IllegalStateException.class, () -> stream.toCall(observers));
    }
}
