package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The decisions of an Authorizer, which cannot be made to contain more. */
final class DecisionTest {
    private static String text(Decision decision) {
        return new String(decision.toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void grantedIsStatus200WithVariables() { // 6.3-authorizer
        assertEquals("Status: 200 OK\r\n\r\n", text(Decision.granted()));
        Map<String, String> variables = new LinkedHashMap<>(Map.of("USER", "jö"));
        variables.put("GROUP", "");
        assertEquals("Status: 200 OK\r\nVariable-USER: jö\r\nVariable-GROUP: \r\n\r\n",
                text(Decision.granted(variables)));
    }

    @Test
    void deniedIsAResponse() { // 6.3-authorizer
        assertEquals("Status: 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nnö",
                text(Decision.denied(401, Map.of("WWW-Authenticate", "Basic"), "nö")));
        assertEquals("Status: 302 Found\r\nLocation: /login\r\n\r\n",
                text(Decision.denied(302, Map.of("Location", "/login"), "")));
    }

    @Test
    void aDecisionDoesNotChange() {
        Map<String, String> fields = new HashMap<>(Map.of("A", "1"));
        Decision granted = Decision.granted(fields);
        Decision denied = Decision.denied(403, fields, "");
        fields.put("A", "2");
        assertEquals("Status: 200 OK\r\nVariable-A: 1\r\n\r\n", text(granted));
        assertEquals("Status: 403 Forbidden\r\nA: 1\r\n\r\n", text(denied));
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
            assertThrows(IllegalArgumentException.class, () -> Decision.granted(Map.of("A", value)));
            assertThrows(IllegalArgumentException.class, () -> Decision.denied(403, Map.of("A", value), ""));
        }
        for (String name : new String[] {"", "A B", "A:", "A\r\n", "ä", "A\n"}) {
            assertThrows(IllegalArgumentException.class, () -> Decision.denied(403, Map.of(name, "v"), ""));
        }
        assertThrows(IllegalArgumentException.class, () -> Decision.granted(Map.of("A B", "v")));
    }
}
