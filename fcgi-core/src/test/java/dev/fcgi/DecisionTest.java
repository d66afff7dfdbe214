package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What an Authorizer can say, and that nobody can make it say more. */
final class DecisionTest {
    private static String text(Decision decision) {
        return new String(decision.toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void grantedIsStatus200WithVariables() { // S100
        assertEquals("Status: 200 OK\r\n\r\n", text(Decision.granted()));
        assertEquals("Status: 200 OK\r\nVariable-USER: jö\r\nVariable-GROUP: \r\n\r\n",
                text(Decision.granted().variable("USER", "jö").variable("GROUP", "")));
        assertThrows(IllegalStateException.class, () -> Decision.granted().body("text"));
    }

    @Test
    void deniedIsAResponse() { // S101
        assertEquals("Status: 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nnö",
                text(Decision.denied(401).header("WWW-Authenticate", "Basic").body("nö")));
        assertEquals("Status: 302 Found\r\nLocation: /login\r\n\r\n",
                text(Decision.denied(302).header("Location", "/login")));
        assertThrows(IllegalStateException.class, () -> Decision.denied(403).variable("A", "B"));
    }

    @Test
    void denyingWithoutDenyingIsAnError() {
        for (int status : new int[] {200, 0, 99, 100, 103, 199, 600, -1}) {
            assertThrows(IllegalArgumentException.class, () -> Decision.denied(status));
        }
    }

    @Test
    void nothingCanBeSmuggledIntoTheHead() {
        for (String value : new String[] {"a\r\nStatus: 200", "a\n", "\r", "nul\0"}) {
            assertThrows(IllegalArgumentException.class, () -> Decision.granted().variable("A", value));
            assertThrows(IllegalArgumentException.class, () -> Decision.denied(403).header("A", value));
        }
        for (String name : new String[] {"", "A B", "A:", "A\r\n", "ä", "A\n"}) {
            assertThrows(IllegalArgumentException.class, () -> Decision.denied(403).header(name, "v"));
        }
        assertThrows(IllegalArgumentException.class, () -> Decision.granted().variable("A B", "v"));
    }
}
