package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.cgi.FilePart;
import dev.fcgi.internal.cgi.UploadContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UploadTest {
    private static final byte[] CONTENT = {1, 2, 3, 4, 5, -1};

    @TempDir
    Path directory;

    private FileChannel file() throws IOException {
        return FileChannel.open(Files.write(directory.resolve("temp"), new byte[] {0, 0, 1, 2, 3, 4, 5, -1, 0}));
    }

    private static Upload inFile(FileChannel file) {
        return inFile(file, 6);
    }

    private static Upload inFile(FileChannel file, long size) {
        return upload(UploadContent.inFile(file, 2, size));
    }

    private static Upload upload(UploadContent content) {
        return new Upload(new FilePart("f", "n", Map.of("content-type", "a/b"), content));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a.txt | a.txt",
                "C:\\dir\\a b.txt | a b.txt",
                "\\\\server\\share\\a.txt | a.txt",
                "/etc/passwd | passwd",
                "../../etc/passwd | passwd",
                "..\\a/b\\c | c",
                "dir/ | EMPTY",
                ".. | EMPTY",
                "a/.. | EMPTY",
                "a\\. | EMPTY",
                ".\u0000. | EMPTY",
                "a/.\u202e. | EMPTY",
                "... | EMPTY",
                ". . | EMPTY",
                "C: | EMPTY",
                "C:.. | EMPTY",
                "C:a | a",
                "ab:c | ab:c",
                ".htaccess | .htaccess",
                "a..b | a..b",
                "\u202etxt.exe | txt.exe",
                "\u2028a\u2069 | a",
                "\ud800a | a",
                "\u65e5\u672c\ud83d\ude00 | \u65e5\u672c\ud83d\ude00",
                "a%22b | a%22b",
                "%2e%2e%2fa | %2e%2e%2fa"
            })
    void fileNameIsOneElementOfAPath(String sent, String expected) {
        Upload upload = Upload.of("f", sent, null, CONTENT);
        assertEquals(expected.equals("EMPTY") ? "" : expected, upload.fileName());
        assertEquals(sent, upload.rawFileName());
    }

    @Test
    void whiteSpaceAndControlCharactersOfAFileNameAreRemoved() {
        assertEquals("ab", Upload.of("f", "\0a\0\r\n\t\u007f\u009fb\n", null, CONTENT).fileName());
        assertEquals("a b", Upload.of("f", "dir/ a b ", null, CONTENT).fileName());
        assertEquals("", Upload.of("f", " .. ", null, CONTENT).fileName());
        assertEquals("", Upload.of("f", "", null, CONTENT).fileName());
    }

    @Test
    void contentInMemory() throws IOException {
        byte[] bytes = CONTENT.clone();
        Upload upload = Upload.of("f", "n", "text/plain", bytes);
        bytes[0] = 9;
        upload.bytes()[0] = 9;
        assertContent(upload);
        assertEquals("f", upload.name());
        assertEquals("text/plain", upload.contentType());
        assertEquals("text/plain", upload.header("content-TYPE"));
        assertNull(upload.header("other"));
        assertNull(Upload.of("f", "n", null, bytes).contentType());
        assertEquals("upload of 6 bytes", upload.toString());
        UploadContent content = UploadContent.inMemory(CONTENT);
        Upload closed = upload(content);
        InputStream opened = closed.open();
        content.close();
        content.close();
        assertClosed(closed, opened);
    }

    @Test
    void contentInAFile() throws IOException {
        FileChannel file = file();
        Upload upload = inFile(file);
        assertContent(upload);
        assertEquals("a/b", upload.contentType());
        InputStream opened = upload.open();
        file.close();
        assertClosed(upload, opened);
        try (FileChannel other = file()) {
            UploadContent content = UploadContent.inFile(other, 2, 6);
            Upload second = upload(content);
            opened = second.open();
            content.close();
            assertTrue(other.isOpen());
            assertClosed(second, opened);
        }
    }

    private void assertContent(Upload upload) throws IOException {
        assertEquals(6, upload.size());
        assertArrayEquals(CONTENT, upload.bytes());
        assertArrayEquals(CONTENT, upload.bytes(6));
        assertThrows(IOException.class, () -> upload.bytes(5));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        upload.transferTo(out);
        assertArrayEquals(CONTENT, out.toByteArray());
        try (InputStream first = upload.open();
                InputStream second = upload.open()) {
            assertEquals(1, first.read());
            assertEquals(6, second.available());
            assertEquals(2, first.read());
            assertEquals(1, second.read());
            byte[] target = new byte[9];
            assertEquals(0, first.read(target, 9, 0));
            assertEquals(4, first.read(target, 1, 8));
            assertArrayEquals(new byte[] {0, 3, 4, 5, -1, 0, 0, 0, 0}, target);
            assertEquals(-1, first.read());
            assertEquals(-1, first.read(target));
            assertEquals(0, second.skip(-1));
            assertEquals(4, second.skip(4));
            assertEquals(255, second.read());
            assertEquals(0, second.skip(9));
            assertEquals(0, second.available());
        }
        Path target = directory.resolve("target");
        upload.save(target);
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        assertThrows(FileAlreadyExistsException.class, () -> upload.save(target));
        Files.write(target, new byte[99]);
        upload.save(target, StandardCopyOption.REPLACE_EXISTING);
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        assertThrows(
                UnsupportedOperationException.class, () -> upload.save(target, StandardCopyOption.ATOMIC_MOVE));
        Files.delete(target);
    }

    private void assertClosed(Upload upload, InputStream opened) {
        Path target = directory.resolve("closed");
        assertEquals("upload closed", assertThrows(IOException.class, upload::open).getMessage());
        assertEquals("upload closed", assertThrows(IOException.class, upload::bytes).getMessage());
        assertEquals("upload closed", assertThrows(IOException.class, () -> upload.save(target)).getMessage());
        assertEquals("upload closed", assertThrows(IOException.class, opened::read).getMessage());
        assertFalse(Files.exists(target));
        assertEquals(6, upload.size());
    }

    @Test
    void aFailedSaveLeavesNoFile() throws IOException {
        try (FileChannel file = file()) {
            Upload upload = inFile(file, 99);
            Path target = directory.resolve("target");
            assertThrows(IOException.class, () -> upload.save(target));
            assertFalse(Files.exists(target));
            assertThrows(IOException.class, upload::bytes);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFailedSaveLeavesTheOldFile() throws IOException {
        try (FileChannel file = file()) {
            Upload cut = inFile(file, 99);
            Path target = Files.writeString(directory.resolve("target"), "old");
            assertThrows(IOException.class, () -> cut.save(target, StandardCopyOption.REPLACE_EXISTING));
            assertEquals("old", Files.readString(target));
            Path folder = Files.createDirectory(directory.resolve("folder"));
            assertThrows(IOException.class, () -> inFile(file).save(folder, StandardCopyOption.REPLACE_EXISTING));
            assertTrue(Files.isDirectory(folder));
            assertEquals(List.of("folder", "target", "temp"), files());
        }
    }

    @Test
    void aReaderOfTheOldFileReadsItToItsEnd() throws IOException { // it is replaced, not overwritten
        Path target = Files.writeString(directory.resolve("target"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        try (InputStream old = Files.newInputStream(target)) {
            Upload upload = Upload.of("f", "n", null, CONTENT);
            upload.save(target, StandardCopyOption.REPLACE_EXISTING);
            assertEquals("old", new String(old.readAllBytes(), StandardCharsets.US_ASCII));
            upload.save(link, StandardCopyOption.REPLACE_EXISTING);
        }
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        assertFalse(Files.isSymbolicLink(link)); // itself, not what it names
        assertEquals(List.of("link", "target"), files());
    }

    @Test
    void anInterruptIsReported() throws IOException {
        try (FileChannel file = file()) {
            InputStream content = inFile(file).open();
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, content::read);
            assertTrue(Thread.interrupted());
        }
    }
}
