package dev.fcgi.examples.cli;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard streams of a command. Bodies are bytes, so these are streams and not picocli's writers.
 *
 * @param in standard input
 * @param out standard output; the writer must flush it
 * @param err standard error
 */
record Console(InputStream in, Output out, PrintStream err) {
    static Console of(InputStream in, OutputStream out, OutputStream err) {
        return new Console(in, new Output(out), new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    void println(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /**
     * Standard output. It remembers its failure, because a print stream or writer on top of it would swallow the
     * exception.
     */
    static final class Output extends FilterOutputStream {
        private IOException failure;

        private Output(OutputStream out) {
            super(new BufferedOutputStream(out));
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            try {
                out.write(source, offset, length);
            } catch (IOException e) {
                throw failed(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw failed(e);
            }
        }

        /** Throws if anything could not be written so far. */
        void check() throws IOException {
            flush();
            if (failure != null) {
                throw failure;
            }
        }

        private IOException failed(IOException e) {
            if (failure == null) {
                failure = new IOException("cannot write to standard output: " + e.getMessage(), e);
            }
            return failure;
        }
    }
}
