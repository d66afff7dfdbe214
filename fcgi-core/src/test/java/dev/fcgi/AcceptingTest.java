package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.fault.Faults;
import dev.fcgi.internal.conn.FaultyThreads;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A failure while a connection is accepted affects only that connection: the accepting thread continues, whatever it
 * was.
 */
final class AcceptingTest extends ServerTest {
    private final Faults faults = new Faults();

    @BeforeEach
    void install() {
        FaultyThreads.install(faults);
    }

    @AfterEach
    void remove() {
        FaultyThreads.remove();
    }

    static List<Function<String, Throwable>> failures() {
        return List.of(OutOfMemoryError::new, StackOverflowError::new, AssertionError::new, IllegalStateException::new);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aConnectionWithoutAThreadIsClosedAndTheNextIsServed(Function<String, Throwable> failure) throws Exception {
        start(b -> b.maxConnections(1).responder(ServerTest::echoPath));
        for (int i = 0; i < 2; i++) {
            faults.arm(1, failure);
            peer().expectClosed();
            assertEquals("thread", faults.disarm());
            peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        }
        assertEquals(1, log.lines().stream().filter(line -> line.contains("cannot accept connections at unix:")).count(),
                log.lines().toString());
        until("nothing is left", () -> server.stats().connections() == 0);
        assertEquals(2, server.stats().connectionsAccepted());
    }
}
