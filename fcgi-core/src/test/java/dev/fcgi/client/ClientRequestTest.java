package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Role;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** What a request is before it is sent. */
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
    void roles() {
        assertEquals(Role.RESPONDER, ClientRequest.responder().build().role());
        assertEquals(Role.AUTHORIZER, ClientRequest.authorizer().build().role());
        ClientRequest filter = ClientRequest.filter(NOTHING, 12, 34).build();
        assertEquals(Role.FILTER, filter.role());
        assertEquals("{FCGI_DATA_LENGTH=12, FCGI_DATA_LAST_MOD=34}", filter.params().toString());
        assertThrows(IllegalStateException.class, () -> ClientRequest.authorizer().body("a").build());
        assertThrows(IllegalStateException.class, () -> ClientRequest.authorizer().body(NOTHING, 0).build());
    }

    @Test
    void aStreamIsSentOnce() {
        ClientRequest bytes = ClientRequest.responder().body("a").build();
        assertTrue(bytes.isRepeatable());
        bytes.toCall();
        bytes.toCall();
        ClientRequest stream = ClientRequest.responder().body(NOTHING, -1).build();
        assertFalse(stream.isRepeatable());
        stream.toCall();
        assertThrows(IllegalStateException.class, stream::toCall);
    }
}
