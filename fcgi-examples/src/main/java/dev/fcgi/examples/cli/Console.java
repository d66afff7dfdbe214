package dev.fcgi.examples.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What a command reads from and writes to. Bodies are bytes, so this is streams and not picocli's writers.
 *
 * @param in standard input
 * @param out standard output, flushed by whoever writes
 * @param err standard error
 */
record Console(InputStream in, PrintStream out, PrintStream err) {
    static Console of(InputStream in, OutputStream out, OutputStream err) {
        return new Console(in, new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    void println(String line) {
        out.print(line + "\n");
        out.flush();
    }
}
