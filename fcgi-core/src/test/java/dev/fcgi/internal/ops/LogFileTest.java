package dev.fcgi.internal.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFileTest {
    @TempDir
    private Path directory;

    @Test
    void linesAreAddedToWhatIsThere() throws IOException {
        Path path = Files.writeString(directory.resolve("log"), "old\n");
        try (LogFile file = new LogFile(path)) {
            file.add("é");
            assertEquals("old\né\n", Files.readString(path));
        }
    }

    @Test
    void reopenedItGoesOnInANewFile() throws IOException {
        Path path = directory.resolve("log");
        try (LogFile file = new LogFile(path)) {
            file.add("a");
            Path moved = Files.move(path, directory.resolve("log.1"));
            file.add("b");
            file.reopen();
            file.add("c");
            assertEquals("a\nb\n", Files.readString(moved));
            assertEquals("c\n", Files.readString(path));
        }
    }

    @Test
    void thatItWasMovedIsNoticed() throws IOException {
        Path path = directory.resolve("log");
        try (LogFile file = new LogFile(path)) {
            Files.move(path, directory.resolve("log.1"));
            long start = System.nanoTime();
            while (!Files.exists(path) && System.nanoTime() - start < 10_000_000_000L) {
                file.add("line");
            }
            file.add("last");
            assertEquals("last", Files.readAllLines(path).getLast());
        }
    }

    @Test
    void anInterruptClosesNothing() throws IOException {
        Path path = directory.resolve("log");
        try (LogFile file = new LogFile(path)) {
            Thread.currentThread().interrupt();
            file.add("a");
            Thread.interrupted();
            file.add("b");
            assertEquals("a\nb\n", Files.readString(path));
        }
    }

    @Test
    void whatCannotBeOpenedIsAnErrorAndTheOldFileStays() throws IOException {
        assertThrows(IOException.class, () -> new LogFile(directory.resolve("none/log")));
        Path inner = Files.createDirectory(directory.resolve("inner"));
        try (LogFile file = new LogFile(inner.resolve("log"))) {
            Path moved = Files.move(inner, directory.resolve("moved"));
            assertThrows(IOException.class, file::reopen);
            file.add("a");
            assertEquals("a\n", Files.readString(moved.resolve("log")));
        }
    }

    @Test
    void noLineIsLostWhenAMovedFileCannotBeCreatedAgain() throws IOException {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        try (LogFile file = new LogFile(inner.resolve("log"))) {
            Path moved = Files.move(inner, directory.resolve("moved"));
            long start = System.nanoTime();
            int lines = 0;
            boolean isNoticed = false;
            while (!isNoticed && System.nanoTime() - start < 10_000_000_000L) {
                lines++;
                try {
                    file.add("line");
                } catch (IOException noSuchDirectory) {
                    isNoticed = true;
                }
            }
            assertTrue(isNoticed);
            assertEquals(lines, Files.readAllLines(moved.resolve("log")).size());
        }
    }

    @Test
    void afterTheEndNothingHappens() throws IOException {
        LogFile file = new LogFile(directory.resolve("log"));
        file.close();
        file.close();
        file.add("a");
        file.reopen();
        assertEquals("", Files.readString(directory.resolve("log")));
    }
}
