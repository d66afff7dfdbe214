package dev.fcgi.examples.cli;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.Request;

/**
 * The idle timeout of a connection, which counts only while a thread waits for the browser. Jetty's counts all the time:
 * while an application takes longer than that, each write that is under way when Jetty looks would fail.
 */
final class IdleLimit {
    private interface Writing {
        void run() throws IOException;
    }

    private final IdleTimeout endPoint;
    private final long millis;

    private IdleLimit(IdleTimeout endPoint) {
        this.endPoint = endPoint;
        this.millis = endPoint.getIdleTimeout();
    }

    /** {@return that of the connection of a request, which is off from now on} */
    static IdleLimit of(Request request) {
        IdleLimit limit = new IdleLimit((IdleTimeout) request.getConnectionMetaData().getConnection().getEndPoint());
        limit.off();
        return limit;
    }

    /** The browser is waited for. */
    void on() {
        endPoint.notIdle();
        endPoint.setIdleTimeout(millis);
    }

    /** The application is waited for. */
    private void off() {
        endPoint.setIdleTimeout(0);
    }

    private void waiting(Writing writing) throws IOException {
        on();
        try {
            writing.run();
        } finally {
            off();
        }
    }

    InputStream within(InputStream body) {
        return new FilterInputStream(body) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                on();
                try {
                    return in.read(target, offset, length);
                } finally {
                    off();
                }
            }
        };
    }

    OutputStream within(OutputStream body) {
        return new FilterOutputStream(body) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                waiting(() -> out.write(source, offset, length));
            }

            @Override
            public void flush() throws IOException {
                waiting(() -> out.flush());
            }

            @Override
            public void close() throws IOException {
                waiting(() -> out.close());
            }
        };
    }
}
