package dev.fcgi.examples;

import dev.fcgi.FcgiAcceptor;
import dev.fcgi.Request;
import java.io.IOException;
import java.io.PrintStream;

/** An accept loop in {@code main}: on the given address, else on fd 0, else one request of plain CGI. */
final class Hello {
    private Hello() {}

    public static void main(String[] args) throws Exception {
        try (var acceptor = args.length > 0 ? FcgiAcceptor.open(args[0]) : FcgiAcceptor.inherited()) {
            Runtime.getRuntime().addShutdownHook(new Thread(acceptor::close)); // at SIGTERM: answers what has arrived
            greet(acceptor);
        }
    }

    /** The loop; it ends when the acceptor is closed. */
    static void greet(FcgiAcceptor acceptor) throws IOException, InterruptedException {
        for (Request request; (request = acceptor.accept()) != null; ) {
            var out = new PrintStream(request.stdout());
            out.print("Content-Type: text/plain\r\n\r\n");
            out.println("hello " + request.params().get("REMOTE_ADDR", "world"));
        }
    }
}
