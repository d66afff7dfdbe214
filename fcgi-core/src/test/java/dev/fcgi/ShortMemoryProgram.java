package dev.fcgi;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The server that {@link ShortMemoryTest} starts in a separate process, with all kinds of observers. The argument is
 * its directory. A byte on standard input says how much memory to leave, and is answered when that is done.
 */
final class ShortMemoryProgram {
    static final int ALL = 'a';
    static final int LITTLE = 'l';
    static final int NONE = 'n';

    private static final int PIECE = 4096;
    private static final int PIECES_LEFT = 256;

    private ShortMemoryProgram() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        try (AccessLog log = AccessLog.builder().format("%r %s %O").open(directory.resolve("access.log"));
                FcgiServer server = FcgiServer.builder().listen("unix:" + directory.resolve("app"))
                        .statusListen("unix:" + directory.resolve("status")).slowRequestTime(Duration.ofMillis(50))
                        .maxRequests(4).listener(log).responder(ShortMemoryProgram::respond).build()) {
            server.start();
            System.out.write(ALL);
            System.out.flush();
            leave();
        }
    }

    /** Until the end of standard input. */
    private static void leave() throws Exception {
        Deque<byte[]> hoard = new ArrayDeque<>();
        for (int left; (left = System.in.read()) >= 0; ) {
            if (left == ALL) {
                hoard.clear();
            } else {
                fill(hoard);
                for (int i = 0; left == LITTLE && i < PIECES_LEFT; i++) {
                    hoard.remove();
                }
            }
            System.out.write(left);
            System.out.flush();
        }
    }

    private static void fill(Deque<byte[]> hoard) {
        try {
            while (true) {
                hoard.add(new byte[PIECE]);
            }
        } catch (OutOfMemoryError full) {
            // intended
        }
    }

    private static void respond(Request request) throws Exception {
        if (request.meta("SCRIPT_NAME").equals("/wait")) {
            request.stdin().readAllBytes();
        }
        request.stdout().write("\r\nok".getBytes(StandardCharsets.US_ASCII));
    }
}
