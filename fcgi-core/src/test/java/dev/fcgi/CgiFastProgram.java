package dev.fcgi;

import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiFast;
import dev.fcgi.cgi.Cookie;
import java.nio.charset.StandardCharsets;

/** The program that {@link CgiFastTest} starts. */
final class CgiFastProgram {
    private CgiFastProgram() {}

    public static void main(String[] args) throws Exception {
        Thread loop = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                loop.join(10_000); // otherwise the JVM may exit before the last line is printed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        int served = 0;
        for (CgiExchange q; (q = CgiFast.next(args)) != null; ) {
            served++;
            if (q.path().equals("/set")) {
                q.status(404).setHeader("X-Left", "over").addCookie(Cookie.of("a", "b")).charset(StandardCharsets.ISO_8859_1);
                q.request().appStatus(7);
                q.out().print("set " + q.params("n"));
                continue;
            }
            if (q.path().equals("/task")) {
                q.afterResponse(() -> {
                    throw new IllegalStateException("in a task");
                });
            }
            q.request().stderr().write("to STDERR\n".getBytes(StandardCharsets.UTF_8));
            q.out().print(served + " " + q.method() + " n=" + q.params("n") + " keywords=" + q.keywords() + " cookie="
                    + q.cookie("c") + " body=" + q.bodyText());
        }
        System.err.println("the loop has ended after " + served);
    }
}
