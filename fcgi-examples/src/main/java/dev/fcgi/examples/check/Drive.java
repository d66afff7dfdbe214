package dev.fcgi.examples.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Browsers that are shell commands: {@code curl -si http://127.0.0.1:8080/{id}}. */
final class Drive implements Browser {
    private static final int MOST_ERRORS = 300;

    private final String get;
    private final String post;

    /**
     * Creates it.
     *
     * @param get a command that requests a page
     * @param post a command that requests a page with a body from its standard input, or null
     */
    Drive(String get, String post) {
        this.get = get;
        this.post = post;
    }

    @Override
    public boolean hasBodies() {
        return post != null;
    }

    @Override
    public Future<Output> ask(String id, byte[] body) throws IOException {
        String command = (body == null ? get : post).replace("{id}", id);
        Process process = new ProcessBuilder("/bin/sh", "-c", command).start();
        Run run = new Run(process);
        Thread.startVirtualThread(() -> write(process, body == null ? new byte[0] : body));
        Thread.startVirtualThread(run::read);
        return run;
    }

    private static void write(Process process, byte[] body) {
        try (OutputStream out = process.getOutputStream()) {
            out.write(body);
        } catch (IOException e) {
            // it may stop reading its input
        }
    }

    private static final class Run extends CompletableFuture<Output> {
        private final Process process;

        Run(Process process) {
            this.process = process;
        }

        void read() {
            CompletableFuture<String> errors = new CompletableFuture<>();
            Thread.startVirtualThread(() -> errors.complete(errors()));
            try (InputStream in = process.getInputStream()) {
                byte[] bytes = in.readAllBytes();
                complete(new Output(process.waitFor(), bytes, errors.join()));
            } catch (IOException | InterruptedException e) {
                completeExceptionally(e);
            }
        }

        private String errors() {
            try (InputStream in = process.getErrorStream()) {
                String first = new String(in.readNBytes(MOST_ERRORS), StandardCharsets.UTF_8).strip();
                in.transferTo(OutputStream.nullOutputStream());
                return first;
            } catch (IOException e) {
                return "";
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList()
                    .forEach(ProcessHandle::destroyForcibly);
            return super.cancel(mayInterruptIfRunning);
        }
    }
}
