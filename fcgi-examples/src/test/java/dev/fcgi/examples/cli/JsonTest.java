package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
    @Test
    void values() {
        assertEquals("null", Json.of(null));
        assertEquals("{}", Json.of(Map.of()));
        assertEquals("[]", Json.of(List.of()));
        assertEquals("{\"a\":[1,2.5,true]}", Json.of(Map.of("a", List.of(1, 2.5, true))));
    }

    @Test
    void strings() {
        assertEquals("\"\\\"\\\\\\n\\r\\t\\u0000\\u001b\u00e4\"", Json.of("\"\\\n\r\t\0\033\u00e4"));
        assertEquals("\"\ud83d\ude00\"", Json.of("\ud83d\ude00"));
        assertEquals("\"\\ude00x\"", Json.of("\ude00x"));
    }
}
