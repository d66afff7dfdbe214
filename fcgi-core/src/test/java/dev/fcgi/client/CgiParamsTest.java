package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The meta-variables of RFC 3875 4.1. */
final class CgiParamsTest {
    @Test
    void whatMustBeThereIs() {
        Map<String, String> params = CgiParams.of("GET", "").toMap();
        assertTrue(params.keySet().containsAll(List.of("GATEWAY_INTERFACE", "QUERY_STRING", "REMOTE_ADDR",
                "REQUEST_METHOD", "SCRIPT_NAME", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE")));
        assertFalse(params.containsKey("CONTENT_LENGTH"));
        assertThrows(UnsupportedOperationException.class, params::clear);
    }

    @Test
    void theQueryIsPartOfTheUri() {
        CgiParams.Builder params = CgiParams.builder("GET", "/a").query("b=c?d").query("e");
        assertEquals("e", params.build().toMap().get("QUERY_STRING"));
        assertEquals("/a?e", params.build().toMap().get("REQUEST_URI"));
        assertEquals("/a", params.query("").build().toMap().get("REQUEST_URI"));
    }

    @Test
    void headersAreJoined() {
        Map<String, String> params = CgiParams.builder("GET", "/")
                .header("Accept", "a").header("ACCEPT", "b").header("Cookie", "c=1").header("cookie", "d=2")
                .header("Content-Type", "text/x").header("content-length", "0").header("X-Y", "").build().toMap();
        assertEquals("a, b", params.get("HTTP_ACCEPT"));
        assertEquals("c=1; d=2", params.get("HTTP_COOKIE"));
        assertEquals("text/x", params.get("CONTENT_TYPE"));
        assertEquals("0", params.get("CONTENT_LENGTH"));
        assertEquals("", params.get("HTTP_X_Y"));
        assertFalse(params.containsKey("HTTP_CONTENT_TYPE"));
    }

    @Test
    void noHeaderPassesForAnother() {
        CgiParams.Builder params =
                CgiParams.builder("GET", "/").header("Proxy", "x").header("PROXY", "x").header("X_Real-Ip", "x");
        assertTrue(params.build().toMap().keySet().stream().noneMatch(name -> name.startsWith("HTTP_")));
        assertThrows(IllegalArgumentException.class, () -> params.set("HTTP_PROXY", "x"));
    }

    @Test
    void whatIsBuiltStaysAsItIs() {
        CgiParams.Builder builder = CgiParams.builder("GET", "/a").header("Authorization", "secret");
        CgiParams params = builder.build();
        CgiParams other = builder.query("b").build();
        assertEquals("GET /a", params.toString());
        assertEquals("GET /a?b", other.toString());
        assertNotEquals(params, other);
        assertEquals(CgiParams.of("GET", "/a"), CgiParams.builder("GET", "/a").build());
        assertEquals(CgiParams.of("GET", "/a").hashCode(), CgiParams.builder("GET", "/a").build().hashCode());
    }

    @Test
    void theRest() {
        Map<String, String> params = CgiParams.builder("GET", "/").remote("::1", 5).server("name", 443)
                .scriptFilename("/f.php").pathInfo("/info").set("HTTPS", "on").build().toMap();
        assertEquals("::1 5 name 443 /f.php /info on", String.join(" ", params.get("REMOTE_ADDR"),
                params.get("REMOTE_PORT"), params.get("SERVER_NAME"), params.get("SERVER_PORT"),
                params.get("SCRIPT_FILENAME"), params.get("PATH_INFO"), params.get("HTTPS")));
    }

    /** Said where it is set, so that what was built need not be checked for each request. */
    @Test
    void noVariableHasANul() {
        CgiParams.Builder params = CgiParams.builder("GET", "/");
        List<Executable> setters = List.of(() -> CgiParams.of("\0", "/"), () -> CgiParams.of("GET", "/\0"),
                () -> params.query("\0"), () -> params.scriptFilename("\0"), () -> params.pathInfo("\0"),
                () -> params.remote("\0", 1), () -> params.server("\0", 1), () -> params.header("Accept", "\0"),
                () -> params.header("X\0", ""), () -> params.header("Content-Type", "\0"), () -> params.set("A", "\0"),
                () -> params.set("A\0", ""));
        for (Executable setter : setters) {
            assertTrue(assertThrows(IllegalArgumentException.class, setter).getMessage().endsWith("must not contain a NUL"));
        }
        assertEquals(CgiParams.of("GET", "/"), params.build());
    }
}
