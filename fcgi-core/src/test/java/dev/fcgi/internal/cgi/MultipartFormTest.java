package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultipartFormTest {
    private static final String TYPE = "multipart/form-data; boundary=B";

    @TempDir
    Path directory;

    private FormLimits limits(int threshold) {
        return new FormLimits(1 << 20, 1000, threshold, directory);
    }

    private MultipartForm read(String type, String body) throws IOException {
        return read(type, body.getBytes(StandardCharsets.UTF_8), limits(4));
    }

    private static MultipartForm read(String type, byte[] body, FormLimits limits) throws IOException {
        return MultipartForm.read(new ByteArrayInputStream(body), type, StandardCharsets.UTF_8, limits);
    }

    /** The names of the open files of this process in the test's directory; null where there is no /proc. */
    private List<String> openFiles() throws IOException {
        if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
            return null;
        }
        List<String> result = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith(directory.toRealPath().toString())) {
                        result.add(target);
                    }
                } catch (NoSuchFileException ignored) { // was that of the listing itself
                    continue;
                }
            }
        }
        return result;
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertEmptyDirectory();
        List<String> open = openFiles();
        assertTrue(open == null || open.isEmpty(), () -> "open: " + open);
    }

    private void assertEmptyDirectory() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.filter(Files::isRegularFile).toList());
        }
    }

    private static String field(String name, String value) {
        return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String name, String fileName, String content) {
        return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
    }

    private static String text(FilePart upload) throws IOException {
        return new String(upload.content().bytes(1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void firefox() throws IOException {
        String b = "----geckoformboundary5f0c2c2b1d3b5d7e8f9a";
        String body = "--" + b + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n"
                + "Gr\u00fc\u00dfe\r\n--" + b + "\r\nContent-Disposition: form-data; name=\"photo\"; "
                + "filename=\"\u65e5\u672c %22x%22.png\"\r\nContent-Type: image/png\r\n\r\n"
                + "\u00ff\r\n--" + b.substring(1) + "\r\n\r\n--" + b + "--\r\n";
        try (MultipartForm form = read("multipart/form-data; boundary=" + b, body)) {
            assertEquals(List.of(Map.entry("title", "Gr\u00fc\u00dfe")), form.fields());
            FilePart photo = form.uploads().getFirst();
            assertEquals("photo", photo.name());
            assertEquals("\u65e5\u672c %22x%22.png", photo.rawFileName());
            assertEquals("image/png", photo.header("Content-Type"));
            assertEquals("\u00ff\r\n--" + b.substring(1) + "\r\n", text(photo));
            assertEquals(List.of("title", "photo"), form.names());
        }
    }

    @Test
    void chromeWithAnEmptyFileField() throws IOException {
        String b = "----WebKitFormBoundaryePkpFF7tjBAqx29L";
        String body = "--" + b + "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n\r\n--" + b
                + "\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\na\r\nb\r\n--" + b
                + "\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n\r\n--" + b + "--\r\n";
        try (MultipartForm form = read("multipart/form-data; boundary=" + b, body)) {
            assertEquals(List.of(Map.entry("files", ""), Map.entry("q", "a\r\nb"), Map.entry("q", "")), form.fields());
            assertEquals(List.of(), form.uploads());
            assertEquals(List.of("files", "q"), form.names());
        }
    }

    @Test
    void curl() throws IOException {
        String b = "------------------------d74496d66958873e";
        String body = "--" + b + "\r\nContent-Disposition: form-data; name=\"json\"\r\nContent-Type: application/json"
                + "\r\n\r\n{\"a\":1}\r\n--" + b + "\r\nContent-Disposition: attachment; name=\"f\"; "
                + "filename=\"a\\\"b\\\\c.txt\"\r\nContent-Type: text/plain\r\nX-Custom: yes\r\n\r\nhello\n\r\n--" + b
                + "\r\nContent-Disposition: form-data; name=\"empty\"; filename=\"empty.bin\"\r\n\r\n\r\n--" + b
                + "--\r\n";
        try (MultipartForm form = read("multipart/form-data; boundary=\"" + b + "\"", body)) {
            assertEquals(List.of(Map.entry("json", "{\"a\":1}")), form.fields());
            FilePart f = form.uploads().getFirst();
            assertEquals("a\"b\\\\c.txt", f.rawFileName());
            assertEquals("c.txt", f.fileName());
            assertEquals("yes", f.header("x-custom"));
            assertEquals("hello\n", text(f));
            FilePart empty = form.uploads().get(1);
            assertEquals(0, empty.content().size());
            assertEquals("empty.bin", empty.fileName());
            assertNull(empty.header("Content-Type"));
            assertEquals("", text(empty));
        }
    }

    @Test
    void internetExplorerSendsPaths() throws IOException {
        try (MultipartForm form = read(TYPE, file("f", "C:\\Users\\me\\new file.txt", "x") + "--B--")) {
            assertEquals("C:\\Users\\me\\new file.txt", form.uploads().getFirst().rawFileName());
            assertEquals("new file.txt", form.uploads().getFirst().fileName());
        }
    }

    @Test
    void contentWithAnEmptyFileNameIsKept() throws IOException {
        try (MultipartForm form = read(TYPE, file("f", "", "x") + "--B--")) {
            assertEquals(List.of(), form.fields());
            assertEquals("", form.uploads().getFirst().rawFileName());
            assertEquals("x", text(form.uploads().getFirst()));
        }
    }

    @Test
    void charsets() throws IOException {
        String body = "--B\r\nContent-Disposition: form-data; name=\"\u00e4\"\r\n\r\n\u00e4\r\n"
                + "--B\r\nContent-Disposition: form-data; name=u\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
                + "\u00c3\u00a4\r\n--B\r\nContent-Disposition: form-data; name=n\r\n"
                + "Content-Type: text/plain; charset=no-such-charset\r\n\r\n\u00e4\r\n"
                + field("_charset_", "KOI8-R") + field("k", "\u00c1") + field("_charset_", "?") + field("k", "\u00c1")
                + "--B--";
        ByteArrayInputStream input = new ByteArrayInputStream(Transcript.latin1(body));
        try (MultipartForm form = MultipartForm.read(input, TYPE, StandardCharsets.ISO_8859_1, limits(4))) {
            assertEquals(
                    List.of(
                            Map.entry("\u00e4", "\u00e4"),
                            Map.entry("u", "\u00e4"),
                            Map.entry("n", "\u00e4"),
                            Map.entry("_charset_", "KOI8-R"),
                            Map.entry("k", "\u0430"),
                            Map.entry("_charset_", "?"),
                            Map.entry("k", "\u0430")),
                    form.fields());
        }
        assertEquals(Charset.forName("KOI8-R"), Part.charset("koi8-r", StandardCharsets.UTF_8));
        try (MultipartForm form = read(TYPE, Transcript.latin1(field("a", "x\u00e4y") + "--B--"), limits(4))) {
            assertEquals(List.of(Map.entry("a", "x\ufffdy")), form.fields());
        }
    }

    @Test
    void manyUploadsShareOneInvisibleFile() throws IOException {
        Random random = new Random(3);
        StringBuilder body = new StringBuilder();
        List<String> contents = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            contents.add("0123456789".repeat(random.nextInt(8)) + "x".repeat(random.nextInt(9)));
            body.append(file("f" + i, "n" + i, contents.get(i))).append(field("t", "" + i));
        }
        MultipartForm form = read(TYPE, body + "--B--");
        try (form) {
            List<InputStream> streams = new ArrayList<>();
            for (FilePart upload : form.uploads()) {
                streams.add(upload.content().open());
            }
            for (int i = 0; i < 300; i++) {
                FilePart upload = form.uploads().get(i);
                assertEquals("f" + i, upload.name());
                assertEquals(contents.get(i).length(), upload.content().size());
                assertEquals(contents.get(i), new String(streams.get(i).readAllBytes(), StandardCharsets.UTF_8));
                assertEquals(contents.get(i), text(upload));
            }
            assertEquals(300, form.fields().size());
            assertEquals(301, form.names().size());
            assertEmptyDirectory();
            List<String> open = openFiles();
            assertTrue(open == null || open.size() == 1 && open.getFirst().endsWith("(deleted)"), () -> "" + open);
        }
        form.close();
        for (FilePart upload : form.uploads()) {
            assertEquals("upload closed", assertThrows(IOException.class, upload.content()::open).getMessage());
        }
    }

    @Test
    void theFileIsReadableByItsOwnerOnly() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        Assumptions.assumeTrue(Files.isDirectory(descriptors), "no /proc");
        try (MultipartForm form = read(TYPE, file("f", "n", "more than four") + "--B--");
                Stream<Path> list = Files.list(descriptors)) {
            assertEquals(14, form.uploads().getFirst().content().size());
            int found = 0;
            for (Path descriptor : list.toList()) {
                if (Files.exists(descriptor, LinkOption.NOFOLLOW_LINKS)
                        && Files.readSymbolicLink(descriptor).startsWith(directory.toRealPath())) {
                    assertEquals(0100600, Files.getAttribute(descriptor, "unix:mode"));
                    found++;
                }
            }
            assertEquals(1, found);
        }
    }

    @Test
    void theThresholdIsTheLastLengthInMemory() throws IOException {
        for (int length = 0; length < 2000; length += length < 12 ? 1 : 531) {
            String content = "y".repeat(length);
            FormLimits limits = limits(Math.max(length, 4));
            byte[] body = Transcript.latin1(file("f", "n", content) + "--B--");
            try (MultipartForm form = read(TYPE, body, limits)) {
                assertEquals(content, text(form.uploads().getFirst()));
                List<String> open = openFiles();
                assertTrue(open == null || open.isEmpty());
            }
            if (length > 0) {
                try (MultipartForm form = read(TYPE, body, limits(length - 1))) {
                    assertEquals(content, text(form.uploads().getFirst()));
                    List<String> open = openFiles();
                    assertTrue(open == null || open.size() == 1);
                }
            }
        }
    }

    @Test
    void everySplitGivesTheSameForm() throws IOException {
        byte[] body = Transcript.latin1(file("f", "n", "first upload\r\n--B-\r\n") + field("t", "text")
                + file("g", "", "") + file("h", "m", "\r\n\r") + file("f", "n", "12345") + "--B--\r\n");
        for (int cut = 1; cut < body.length; cut++) {
            try (MultipartForm form =
                    MultipartForm.read(Cuts.at(body, cut), TYPE, StandardCharsets.UTF_8, limits(4))) {
                assertEquals(List.of(Map.entry("t", "text"), Map.entry("g", "")), form.fields());
                List<String> contents = new ArrayList<>();
                for (FilePart upload : form.uploads()) {
                    contents.add(upload.name() + text(upload));
                }
                assertEquals(List.of("ffirst upload\r\n--B-\r\n", "h\r\n\r", "f12345"), contents);
            }
        }
    }

    @Test
    void truncationLeavesNothing() throws IOException {
        byte[] body = Transcript.latin1("--B\r\n" + field("t", "text").substring(5) + file("f", "n", "first upload")
                + file("g", "n", "second upload") + file("g", "n", "abc") + "--B--");
        for (int end = 0; end < body.length; end++) {
            int length = end;
            assertThrows(EOFException.class, () -> MultipartForm.read(
                    Cuts.truncated(body, length, 5), TYPE, StandardCharsets.UTF_8, limits(4)));
            nothingIsLeft();
        }
        MultipartForm.read(Cuts.truncated(body, body.length, 5), TYPE, StandardCharsets.UTF_8, limits(4)).close();
    }

    @Test
    void failuresOfTheBodyLeaveNothing() throws IOException {
        InputStream body = new InputStream() {
            private final InputStream start =
                    new ByteArrayInputStream(Transcript.latin1(file("f", "n", "first upload")));

            @Override
            public int read() throws IOException {
                int b = start.read();
                if (b < 0) {
                    throw new IllegalStateException("broken");
                }
                return b;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                target[offset] = (byte) read();
                return 1;
            }
        };
        assertThrows(
                IllegalStateException.class,
                () -> MultipartForm.read(body, TYPE, StandardCharsets.UTF_8, limits(4)));
    }

    @Test
    void aMissingDirectoryIsReported() {
        FormLimits limits = new FormLimits(1000, 10, 4, directory.resolve("missing"));
        byte[] body = Transcript.latin1(file("f", "n", "first upload") + "--B--");
        IOException e = assertThrows(IOException.class, () -> read(TYPE, body, limits));
        assertInstanceOf(NoSuchFileException.class, e.getCause());
        assertTrue(e.getMessage().contains(directory.resolve("missing") + "; CgiOptions.temporaryDirectory"),
                e.getMessage());
    }

    private void assertRefused(int status, String body, FormLimits limits) throws IOException {
        byte[] bytes = Transcript.latin1(body);
        for (int piece : new int[] {1, 10, 1000}) {
            CgiException e = assertThrows(CgiException.class, () -> MultipartForm.read(
                    Cuts.truncated(bytes, bytes.length, piece), TYPE, StandardCharsets.UTF_8, limits));
            assertEquals(status, e.status());
        }
        nothingIsLeft();
    }

    private void assertTaken(String body, FormLimits limits) throws IOException {
        byte[] bytes = Transcript.latin1(body);
        for (int piece : new int[] {1, 10, 1000}) {
            MultipartForm.read(Cuts.truncated(bytes, bytes.length, piece), TYPE, StandardCharsets.UTF_8, limits)
                    .close();
        }
    }

    @Test
    void textFieldsAreLimited() throws IOException {
        String body = file("f", "n", "content") + field("ab", "cde") + field("x", "") + file("y", "", "") + "--B--";
        assertTaken(body, new FormLimits(7, 9, 4, directory));
        assertRefused(413, body, new FormLimits(6, 9, 4, directory));
        assertRefused(413, body, new FormLimits(4, 9, 4, directory));
        assertRefused(413, body, new FormLimits(1, 9, 4, directory));
        assertRefused(413, body, new FormLimits(0, 9, 4, directory));
        assertTaken(body, new FormLimits(Integer.MAX_VALUE, 9, Integer.MAX_VALUE, directory));
    }

    @Test
    void partsAreLimited() throws IOException {
        String body = file("f", "n", "content") + field("a", "b") + file("y", "", "") + "--B--";
        assertTaken(body, new FormLimits(1000, 3, 4, directory));
        assertRefused(413, body, new FormLimits(1000, 2, 4, directory));
        assertRefused(413, body, new FormLimits(1000, 0, 4, directory));
    }

    @Test
    void headersAreLimited() throws IOException {
        assertRefused(413, file("f", "first", "content") + file("f", "n".repeat(8192), "x") + "--B--", limits(4));
    }

    @Test
    void malformedFormsAreRefused() throws IOException {
        assertRefused(400, file("f", "first", "content") + "--B\r\n\r\nno name\r\n--B--", limits(4));
        assertRefused(400, file("f", "first", "content") + "--B\r\nno colon\r\n\r\n\r\n--B--", limits(4));
        assertEquals(400, assertThrows(CgiException.class, () -> read("text/plain", "")).status());
    }

    @Test
    void limitsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new FormLimits(-1, 0, 0, directory));
        assertThrows(IllegalArgumentException.class, () -> new FormLimits(0, -1, 0, directory));
        assertThrows(IllegalArgumentException.class, () -> new FormLimits(0, 0, -1, directory));
        assertThrows(NullPointerException.class, () -> new FormLimits(0, 0, 0, null));
    }

    @Test
    void savesFromTheFile() throws IOException {
        byte[] content = new byte[100_000];
        new Random(5).nextBytes(content);
        String body = file("e", "n", "in front") + file("f", "n", new String(content, StandardCharsets.ISO_8859_1));
        Path target = directory.resolve("saved");
        try (MultipartForm form = read(TYPE, Transcript.latin1(body + "--B--"), limits(4))) {
            form.uploads().get(1).content().save(target);
            assertArrayEquals(content, Files.readAllBytes(target));
            assertArrayEquals(content, form.uploads().get(1).content().bytes(1 << 20));
        } finally {
            Files.delete(target);
        }
    }
}
