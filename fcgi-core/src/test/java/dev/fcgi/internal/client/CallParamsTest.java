package dev.fcgi.internal.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A request that is sent again sends the same parameters, and encodes them no more. */
final class CallParamsTest {
    private static final class Counted extends LinkedHashMap<String, String> {
        private static final long serialVersionUID = 1;
        private int readings;

        Counted(Map<String, String> values) {
            super(values);
        }

        @Override
        public void forEach(BiConsumer<? super String, ? super String> action) {
            readings++;
            super.forEach(action);
        }
    }

    private static byte[] sent(CallParams params) {
        RecordBuffer records = new RecordBuffer(4096, true);
        params.appendTo(records, 7);
        records.endStream(Fcgi.PARAMS, 7);
        byte[] bytes = new byte[records.length()];
        records.copyTo(bytes, 0);
        return bytes;
    }

    private static Map<String, String> decoded(byte[] records) throws Exception {
        RecordReader reader = new RecordReader(Channels.newChannel(new ByteArrayInputStream(records)));
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        while (reader.next()) {
            block.write(reader.readContent(Fcgi.MAX_LENGTH));
        }
        return NameValuePairs.decode(block.toByteArray());
    }

    @Test
    void theSameBytesEachTime() {
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16LE)) {
            Counted values = new Counted(Map.of("REQUEST_METHOD", "GET", "REQUEST_URI", "/" + "a".repeat(200), "EMPTY", "",
                    "HTTP_X", "grüße"));
            CallParams params = new CallParams(values, charset);
            byte[] first = sent(params);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(first, sent(params), charset.name());
            }
            assertEquals(2, values.readings, "for the first and the second time");
        }
    }

    @Test
    void severalRecords() throws Exception {
        for (int length : new int[] {21_000, 22_000, 70_000}) { // together just one record, or more; or each
            Map<String, String> values = new LinkedHashMap<>();
            for (String name : List.of("A", "B", "C")) {
                values.put(name, name.repeat(length));
            }
            CallParams params = new CallParams(values, StandardCharsets.UTF_8);
            for (int i = 0; i < 4; i++) {
                assertEquals(values, decoded(sent(params)));
            }
        }
    }
}
