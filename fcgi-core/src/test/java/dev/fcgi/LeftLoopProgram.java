package dev.fcgi;

import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiFast;
import dev.fcgi.cgi.CgiOptions;
import java.nio.charset.StandardCharsets;

/** The program that {@link LeftLoopTest} starts: it leaves its loop in the way that the query selects. */
final class LeftLoopProgram {
    private LeftLoopProgram() {}

    public static void main(String[] args) throws Exception {
        Thread loop = Thread.currentThread();
        Thread.ofPlatform().daemon().start(() -> setOptionsWhileItWaits(loop));
        for (CgiExchange q; (q = CgiFast.next(args)) != null; ) {
            String way = q.queryParam("leave");
            q.out().print("x".repeat(Integer.parseInt(q.queryParam("length"))));
            q.afterResponse(() -> System.err.println("task"));
            switch (way) {
                case "exit" -> System.exit(3);
                case "throw" -> throw new IllegalStateException("expected");
                case "close" -> {
                    q.close();
                    System.in.read(); // continues after the loop until it is told to end
                }
                default -> { }
            }
            if (!way.equals("no")) {
                break;
            }
        }
    }

    private static void setOptionsWhileItWaits(Thread loop) {
        while (loop.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        CgiFast.options(CgiOptions.builder().charset(StandardCharsets.ISO_8859_1).build());
        System.err.println("options are set");
    }
}
