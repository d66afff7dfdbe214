package dev.fcgi.internal.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Outcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each directive by itself; AccessLogIT compares whole lines with those of a PHP-FPM. */
final class LogFormatTest {
    private static String line(String format, StubEvent request) {
        return new LogFormat(format, "www").line(request);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "%%|%", "%B|17", "%c|7/1", "%C|0.00", "%{user}C|0.00", "%d|1.235", "%{seconds}d|1.235", "%{Milli}d|1234.567",
        "%{milliseconds}d|1234.567", "%{mili}d|1234.567", "%{micro}d|1234567", "%{microseconds}d|1234567",
        "%{HTTP_HOST}e|a.test", "%{HTTP_X}e|-", "%f|/srv/a.php", "%l|12", "%m|GET", "%M|0", "%{kilo}M|0", "%n|www",
        "%{X-Foo}o|bar", "%{X-Bar}o|-", "%O|COMPLETED", "%q|b=1", "%Q|?", "%r|/a.php", "%R|192.0.2.1", "%s|201",
        "%u|ada", "%{%s}t|0", "%{%s}T|1", "a %r%Q%q b|a /a.php?b=1 b", "100%|100"
    })
    void directives(String format, String expected) throws Exception {
        StubEvent request = StubEvent.get("/a.php", "b=1").param("HTTP_HOST", "a.test").param("CONTENT_LENGTH", "12")
                .param("SCRIPT_FILENAME", "/srv/a.php").param("REQUEST_URI", "/pretty").param("REMOTE_USER", "bob")
                .param("HTTP_AUTHORIZATION", "Basic " + Base64.getEncoder().encodeToString("ada:x:y".getBytes()))
                .header("X-Foo", "bar").with(201, Outcome.COMPLETED).took(Duration.ofNanos(1_234_567_999));
        request.bytesOut = 17;
        request.peer = new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 9);
        assertEquals(expected, line(format, request));
    }

    @Test
    void whatIsNotKnownIsADash() {
        StubEvent request = new StubEvent().with(0, Outcome.COMPLETED);
        assertEquals("-   - 200 - 0", line("%R %u %r%q%Q %m %s %f %l", request));
    }

    @Test
    void theProcess() {
        ProcessHandle self = ProcessHandle.current();
        assertEquals(self.pid() + " " + self.parent().orElseThrow().pid(), line("%p %P", new StubEvent()));
    }

    @ParameterizedTest
    @CsvSource({"FAILED, 500", "ABORTED_BY_PEER, 499", "CONNECTION_LOST, 499", "HANDLER_TIMEOUT, 503", "SHUTDOWN, 503", "DRAINING, 503"})
    void withoutAnAnswerTheOutcomeSaysTheStatus(Outcome outcome, String status) {
        assertEquals(status, line("%s", new StubEvent().with(0, outcome)));
    }

    @Test
    void aRequestWritesNoLinesAndFieldsOfItsOwn() {
        StubEvent request = StubEvent.get("/\r\n\u0085\u2028x", "\" 200 \"\\é\0\u007f")
                .param("HTTP_AUTHORIZATION", "Basic " + Base64.getEncoder().encodeToString("a\nb:x".getBytes()))
                .header("X-Foo", "a\tb");
        assertEquals("/\\x0D\\x0A\\x85\\u2028x?\\x22 200 \\x22\\x5Cé\\x00\\x7F a\\x0Ab a\\x09b",
                line("%r%Q%q %u %{X-Foo}o", request));
        assertEquals("a\\x0Ab", line("%{a%nb}t", request), "nor does a format");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "Basic ", "Basic !!", "Basic Og==", "Basic YQ==", "Bearer YTpi", ""})
    void aUserThatIsNone(String authorization) {
        assertEquals("", line("%u", new StubEvent().param("HTTP_AUTHORIZATION", authorization)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%z", "%{x", "%{foo}d", "%{a}r", "%{}e", "%e", "%o", "%{x}M", "%{x}C", "%{a}%", "%{a}s"})
    void whatPhpFpmRefusesIsRefused(String format) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new LogFormat(format, "www"));
        assertTrue(e.getMessage().contains("access log"), e.getMessage());
    }
}
