package dev.fcgi.examples.cli;

import dev.fcgi.CgiHead;
import dev.fcgi.client.EndRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** The result of one call, for --json. */
record CallResult(CgiHead head, byte[] body, String stderr, EndRequest end, double milliseconds) {
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("status", head.status());
        map.put("reason", head.reason());
        map.put("headers", head.headers());
        String text = text();
        map.put("body", text != null ? text : Base64.getEncoder().encodeToString(body));
        map.put("bodyEncoding", text != null ? "text" : "base64");
        map.put("stderr", stderr);
        map.put("appStatus", end.appStatus());
        map.put("protocolStatus", end.protocolStatus());
        map.put("milliseconds", milliseconds);
        return map;
    }

    /** The body as text; null if it is not text, that is, not UTF-8 or with a NUL. */
    private String text() {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            return text.indexOf(0) < 0 ? text : null;
        } catch (CharacterCodingException binary) {
            return null;
        }
    }
}
