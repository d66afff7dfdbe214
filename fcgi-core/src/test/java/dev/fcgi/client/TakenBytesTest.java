package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request is repeated only if the kernel has accepted no byte of it, whatever its size. */
final class TakenBytesTest extends ClientTest {
    private static final int ALL = Integer.MAX_VALUE;

    /** A connection whose second request is cut off by a failing write after some bytes. */
    private static final class Failing implements Transport {
        private final Transport real;
        private final int taken;
        private final CountDownLatch seen;
        private int writes;
        private int left;

        Failing(Transport real, int taken, CountDownLatch seen) {
            this.real = real;
            this.taken = taken;
            this.left = taken;
            this.seen = seen;
        }

        @Override
        public ReadableByteChannel input() {
            return real.input();
        }

        @Override
        public boolean isQuiet() throws IOException {
            return real.isQuiet();
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            if (writes++ == 0) {
                real.write(source);
                return;
            }
            ByteBuffer some = source.slice(source.position(), Math.min(left, source.remaining()));
            left -= some.remaining();
            source.position(source.position() + some.remaining());
            while (some.hasRemaining()) {
                real.write(some);
            }
            if (taken == ALL) {
                awaitSeen();
            }
            if (source.hasRemaining() || taken == ALL) {
                real.close();
                throw new IOException("Broken pipe");
            }
        }

        private void awaitSeen() {
            try {
                ClientTest.await(seen);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void shutdownInput() {
            real.shutdownInput();
        }

        @Override
        public void shutdownOutput() {
            real.shutdownOutput();
        }

        @Override
        public void close() {
            real.close();
        }

        @Override
        public SocketAddress peer() {
            return real.peer();
        }
    }

    @ParameterizedTest
    @CsvSource({"0,10,true", "1,10,false", "8,10,false", "1000,40000,false", "0,40000,true", "2147483647,10,false",
        "2147483647,60000,false", "0,100000,true", "70000,100000,false"})
    void aPost(int taken, int headSize, boolean repeated) throws Exception {
        CountDownLatch seen = gate();
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.head();
                if (one.path().equals("/pay")) {
                    seen.countDown();
                    if (taken == ALL) {
                        return; // the answer would be good, if it came
                    }
                }
                while (peer.next().content().length > 0) {
                    continue;
                }
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        TestNetwork network = new TestNetwork();
        boolean[] first = {true};
        network.connector = (address, nanos) -> {
            Transport real = TestNetwork.SYSTEM.connect(address, nanos);
            Transport given = first[0] ? new Failing(real, taken, seen) : real;
            first[0] = false;
            return given;
        };
        client(b -> b.network(network));
        assertEquals("/warm", call("/warm"));
        ClientRequest pay = ClientRequest.responder().params(CgiParams.of("POST", "/pay"))
                .param("X", "x".repeat(Math.min(headSize, 60_000))).param("Y", "y".repeat(Math.max(0, headSize - 60_000)))
                .body("b").build();
        if (repeated) {
            assertEquals("/pay", call(pay));
        } else {
            assertFalse(assertThrows(ResponseLostException.class, () -> call(pay)).retrySafe());
        }
        long begun = server.asked().stream().filter(one -> one.path().equals("/pay")).count();
        assertEquals(repeated || taken == ALL || taken > headSize + 1000 ? 1 : 0, begun);
    }
}
