package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Looking up parameters. */
final class ParamsTest {
    private static Params params(String... namesAndValues) throws FcgiProtocolException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            NameValuePairs.append(block, namesAndValues[i], namesAndValues[i + 1]);
        }
        byte[] bytes = block.toByteArray();
        return EncodedParams.decode(bytes, bytes.length);
    }

    @Test
    void namesAreMatchedExactly() throws Exception {
        Params params = params("PATH_INFO", "/x", "path_info", "/y");
        assertEquals("/x", params.get("PATH_INFO"));
        assertEquals("/y", params.get("path_info"));
        assertNull(params.get("PATH"));
        assertEquals("otherwise", params.get("PATH", "otherwise"));
        assertNull(params.bytes("PATH_INFO2"));
        assertFalse(params.contains("Path_Info"));
    }

    @Test
    void emptyNamesAndValuesCount() throws Exception { // 3.4-empty-value
        Params params = params("", "nameless", "EMPTY", "");
        assertEquals("nameless", params.get(""));
        assertEquals("", params.get("EMPTY", "otherwise"));
        assertTrue(params.contains("EMPTY"));
        assertEquals(2, params.size());
        assertEquals(0, params().size());
        assertTrue(params().toMap().isEmpty());
    }

    @Test
    void repeatedHeadersAreOneValue() throws Exception { // RFC 3875 4.1.18
        Params params = params("HTTP_ACCEPT", "a", "HTTP_COOKIE", "c=1", "X", "first", "HTTP_ACCEPT", "b",
                "HTTP_COOKIE", "d=2", "X", "last", "HTTP_ACCEPT", "");
        assertEquals("a, b, ", params.get("HTTP_ACCEPT"));
        assertEquals("c=1; d=2", params.get("HTTP_COOKIE"));
        assertEquals("last", params.get("X"));
        assertArrayEquals("a, b, ".getBytes(), params.bytes("HTTP_ACCEPT"));
        assertEquals(List.of("HTTP_ACCEPT", "HTTP_COOKIE", "X"), params.names());
        assertEquals("{HTTP_ACCEPT=a, b, , HTTP_COOKIE=c=1; d=2, X=last}", params.toMap().toString());
        assertEquals(3, params.size());
    }

    @Test
    void onlyNamesThatStartWithHttpAreHeaders() throws Exception {
        Params params = params("HTTPS", "on", "HTTPS", "off", "HTTP", "1", "HTTP", "2", "X_HTTP_A", "1",
                "X_HTTP_A", "2");
        assertEquals("off", params.get("HTTPS"));
        assertEquals("2", params.get("HTTP"));
        assertEquals("2", params.get("X_HTTP_A"));
    }

    @Test
    void pairsAsSentKeepRepeatedNamesApart() throws Exception { // 5.2-order
        Params params = params("HTTP_A", "1", "B", "2", "HTTP_A", "3");
        assertEquals(List.of("HTTP_A=1", "B=2", "HTTP_A=3"), text(params.pairsAsSent()));
        assertEquals(List.of("HTTP_A=1, 3", "B=2"), text(params.pairs()));
    }

    private static List<String> text(List<Params.Pair> pairs) {
        return pairs.stream().map(pair -> new String(pair.name()) + "=" + new String(pair.value())).toList();
    }

    @Test
    void valuesAreTheBytesThatWereSent() throws Exception { // 3.4-binary-value
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        NameValuePairs.append(block, new byte[] {(byte) 0xFC}, all);
        Params params = EncodedParams.decode(block.toByteArray(), block.size());
        assertArrayEquals(all, params.pairs().get(0).value());
        assertArrayEquals(new byte[] {(byte) 0xFC}, params.pairs().get(0).name());
        assertEquals("\uFFFD", params.names().get(0));
        assertEquals("ü€", Params.of(Map.of("A", "ü€")).get("A"));
        assertArrayEquals("ü€".getBytes(StandardCharsets.UTF_8), Params.of(Map.of("A", "ü€")).bytes("A"));
    }

    @Test
    void whatIsReturnedCannotChangeThem() throws Exception {
        Params params = params("A", "value");
        params.bytes("A")[0] = 'X';
        params.pairs().get(0).value()[0] = 'X';
        params.pairsAsSent().get(0).value()[0] = 'X';
        assertEquals("value", params.get("A"));
        assertThrows(UnsupportedOperationException.class, () -> params.toMap().put("B", ""));
        assertThrows(UnsupportedOperationException.class, () -> params.names().add("B"));
        assertThrows(UnsupportedOperationException.class, () -> params.pairs().clear());
        assertThrows(UnsupportedOperationException.class, () -> params.pairsAsSent().clear());
    }

    @Test
    void aMapKeepsItsOrder() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 20; i > 0; i--) {
            map.put("NAME" + i, "x".repeat(i * 20));
        }
        assertEquals(map, Params.of(map).toMap());
        assertEquals(List.copyOf(map.keySet()), Params.of(map).names());
    }

    @Test
    void malformedPairsAreRefused() { // 3.4-pair-cut-off
        assertThrows(FcgiProtocolException.class, () -> EncodedParams.decode(new byte[] {5, 127, 'A'}, 3));
        assertThrows(FcgiProtocolException.class, () -> EncodedParams.decode(new byte[] {1, 0, 'A', 0}, 4));
    }

    @Test
    void valuesStayOutOfLogs() throws Exception {
        assertEquals("Params[HTTP_COOKIE]", params("HTTP_COOKIE", "secret").toString());
    }
}
