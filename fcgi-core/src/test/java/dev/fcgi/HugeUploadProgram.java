package dev.fcgi;

import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.cgi.StubRequest;
import dev.fcgi.cgi.Upload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** The program that {@link HugeUploadTest} starts. */
final class HugeUploadProgram {
    static final long LENGTH = (1L << 31) + 5;

    private HugeUploadProgram() {}

    public static void main(String[] args) throws Exception {
        CgiOptions options = CgiOptions.builder().maxBodyLength(Long.MAX_VALUE)
                .temporaryDirectory(Path.of(args[0])).build();
        CgiHandler handler = q -> {
            Upload upload = q.upload("file");
            InputStream tail = upload.open();
            tail.skipNBytes(upload.size() - 3);
            q.out().print(q.param("before") + ' ' + upload.size() + ' '
                    + new String(tail.readAllBytes(), StandardCharsets.UTF_8) + ' ' + q.param("after"));
        };
        StubRequest request = StubRequest.of("POST", "/", "multipart/form-data; boundary=x", new byte[0])
                .with("CONTENT_LENGTH", "");
        handler.toResponder(options).respond(new Fed(request));
        System.out.print(request.output());
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A given number of bytes with a recognizable end of three bytes. */
    private static final class Content extends InputStream {
        private long left = LENGTH - 3;

        @Override
        public int read() {
            return left-- > 0 ? 'u' : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = (int) Math.min(length, left);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            for (int i = 0; i < count; i++) {
                target[offset + i] = (byte) ('a' + (i & 15)); // an occasional CR makes parsers work harder
            }
            target[offset] = '\r';
            left -= count;
            return count;
        }
    }

    /** A request whose body is generated. */
    private record Fed(StubRequest request, InputStream stdin) implements Request {
        Fed(StubRequest request) {
            this(request, new SequenceInputStream(Collections.enumeration(List.of(
                    bytes("--x\r\nContent-Disposition: form-data; name=before\r\n\r\n1\r\n"
                            + "--x\r\nContent-Disposition: form-data; name=file; filename=f\r\n\r\n"),
                    new Content(), bytes("END\r\n--x\r\nContent-Disposition: form-data; name=after\r\n\r\n"
                            + "2\r\n--x--\r\n")))));
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
            return request.params();
        }

        @Override
        public OutputStream stdout() {
            return request.stdout();
        }

        @Override
        public OutputStream stderr() {
            return request.stderr();
        }

        @Override
        public void appStatus(int status) {
            request.appStatus(status);
        }

        @Override
        public boolean isAborted() {
            return false;
        }

        @Override
        public void onAbort(Runnable action) {
            request.onAbort(action);
        }

        @Override
        public void finish() {
            request.finish();
        }

        @Override
        public SocketAddress peer() {
            return null;
        }
    }
}
