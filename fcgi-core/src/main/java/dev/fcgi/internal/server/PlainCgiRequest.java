package dev.fcgi.internal.server;

import dev.fcgi.Outcome;
import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.Role;
import dev.fcgi.ServerStats;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.text.Ascii;
import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.NameValuePairs;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The one request of a program that was started as plain CGI: environment, standard input, standard output. It cannot
 * be aborted; the web server kills the process instead.
 */
public final class PlainCgiRequest implements Request {
    private final Params params;
    private final InputStream stdin;
    private final OutputStream stdout = new Stdout();
    private final OutputStream stderr = new FileOutputStream(FileDescriptor.err);

    private final Counters counters = new Counters();
    private final Instant started = Instant.now();
    // null while nobody observes
    private Observers observers;
    private Observation observation;
    private volatile boolean ended;
    private boolean written;

    /** Standard output, and whoever observes: each tells what was buffered from what was sent. */
    private final class Stdout extends OutputStream {
        private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        private final byte[] buffer = new byte[8192];
        private int count;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            if (length > buffer.length - count) {
                flush();
            }
            Observation observed = observation; // gone once the request is over
            if (observed != null) {
                observed.buffered(source, offset, length);
            }
            if (length > buffer.length) {
                send(source, offset, length);
            } else {
                System.arraycopy(source, offset, buffer, count, length);
                count += length;
            }
        }

        @Override
        public synchronized void flush() throws IOException {
            if (count > 0) {
                send(buffer, 0, count);
                count = 0;
            }
        }

        private void send(byte[] source, int offset, int length) throws IOException {
            written = true;
            Observation observed = observation;
            if (observed != null) {
                observed.sent();
            }
            out.write(source, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }
    }

    private PlainCgiRequest(Params params) {
        this.params = params;
        this.stdin = new PlainCgiInput(new FileInputStream(FileDescriptor.in), contentLength(params), this::received);
    }

    private void received(long bytes) {
        Observation observed = observation; // gone once the request is over
        if (observed != null) {
            observed.received(bytes);
        }
    }

    /** Creates the request of this process. */
    public static PlainCgiRequest fromEnvironment() throws IOException {
        return new PlainCgiRequest(environment());
    }

    /** Creates the request of a program that was started by hand: GET, without a body; its response is printed. */
    public static PlainCgiRequest byHand(String query) {
        return new PlainCgiRequest(Params.of(Map.of(
                "GATEWAY_INTERFACE", "CGI/1.1",
                "SERVER_PROTOCOL", "HTTP/1.1",
                "SERVER_NAME", "localhost",
                "SERVER_PORT", "80",
                "REMOTE_ADDR", "127.0.0.1",
                "REQUEST_METHOD", "GET",
                "REQUEST_URI", query.isEmpty() ? "/" : "/?" + query,
                "SCRIPT_NAME", "/",
                "QUERY_STRING", query)));
    }

    /**
     * The exact bytes, if the system provides them: System.getenv() decodes with the locale's charset, and CGI programs
     * have no locale.
     */
    private static Params environment() throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        Path exact = Path.of("/proc/self/environ");
        if (Files.isReadable(exact)) {
            byte[] environ = Files.readAllBytes(exact);
            for (int start = 0, end; start < environ.length; start = end + 1) {
                end = indexOf((byte) 0, environ, start);
                int equals = indexOf((byte) '=', environ, start);
                if (equals < end) {
                    NameValuePairs.append(block, Arrays.copyOfRange(environ, start, equals),
                            Arrays.copyOfRange(environ, equals + 1, end));
                }
            }
        } else {
            System.getenv().forEach((name, value) -> NameValuePairs.append(block, name.getBytes(StandardCharsets.UTF_8),
                    value.getBytes(StandardCharsets.UTF_8)));
        }
        return EncodedParams.decode(block.toByteArray(), block.size()).without(RequestHead.HTTP_PROXY);
    }

    private static int indexOf(byte wanted, byte[] bytes, int start) {
        int i = start;
        while (i < bytes.length && bytes[i] != wanted) {
            i++;
        }
        return i;
    }

    private static long contentLength(Params params) {
        return Ascii.number(params.get("CONTENT_LENGTH"), 0);
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public Role role() {
        return Role.RESPONDER;
    }

    @Override
    public Params params() {
        return params;
    }

    @Override
    public InputStream stdin() {
        return stdin;
    }

    @Override
    public OutputStream stdout() {
        return stdout;
    }

    @Override
    public OutputStream stderr() {
        return stderr;
    }

    /** Ignored: the status of a CGI program is that of its process. */
    @Override
    public void appStatus(int status) {}

    @Override
    public boolean isAborted() {
        return false;
    }

    @Override
    public void onAbort(Runnable action) {}

    @Override
    public void finish() throws IOException {
        stdout.flush();
    }

    /** The program gets the request now. Tells the listeners, of a server that has this request and no other. */
    public void begin(Options options) {
        Observers listeners = new Observers(options, Log.of("dev.fcgi.server"), counters);
        if (listeners.isOn()) {
            observers = listeners;
            counters.started.increment();
            listeners.started(this::stats);
            observation = listeners.observe(new ConnectionObservation(0, new OfflineTransport()), id(), role());
            observation.added();
            observation.headComplete(params, true);
            observation.handlerBegun(true);
            observation.tellBegin();
        }
    }

    private ServerStats stats() {
        return new Snapshot(started, 0, ended ? 0 : 1, 0, 1, 1, 0, counters.started.sum(), 0, 0, 0, 0, counters.failed.sum(), 0,
                0, 0, List.of(), observers.running());
    }

    /** The program has failed. */
    public void failed(Throwable failure) {
        counters.failed.increment();
        over(written ? Outcome.FAILED_INCOMPLETE : Outcome.FAILED, failure);
    }

    private void over(Outcome how, Throwable failure) {
        if (observers == null || ended) {
            return;
        }
        ended = true;
        observation.ended(how);
        observation.tellOver(failure);
        observation = null;
        observers.stopped(this::stats);
    }

    /** Ends the request: the program will neither write nor read any more. */
    public void end() throws IOException {
        Observation observed = observation;
        if (observed != null) {
            observed.handlerReturned();
        }
        try {
            stdout.flush();
            // fcgiwrap and Apache drop the response, such as a 413, if they cannot deliver the body
            stdin.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            if (observed != null) {
                observed.aborted(Reason.CONNECTION_LOST);
            }
            over(Outcome.CONNECTION_LOST, e);
            throw e;
        }
        over(Outcome.COMPLETED, null);
    }

    @Override
    public SocketAddress peer() {
        return null;
    }
}
