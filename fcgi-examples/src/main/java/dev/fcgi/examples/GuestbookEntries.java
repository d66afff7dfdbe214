package dev.fcgi.examples;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.Upload;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries of a guestbook: one line for each in a file, which several processes may share, and one file for each
 * picture.
 */
final class GuestbookEntries {
    /** An entry; {@code picture} is the name of its file, or null. */
    record Entry(String name, String message, String picture) {}

    /** A file lock excludes other processes; within one process, a second lock on the file would be an error. */
    private static final ReentrantLock WRITING = new ReentrantLock();

    private final Path directory;
    private final Path file;

    GuestbookEntries(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.file = directory.resolve("entries");
    }

    List<Entry> all() throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                String[] words = line.split(" ");
                entries.add(new Entry(decode(words[0]), decode(words[1]), words.length > 2 ? words[2] : null));
            }
        }
        return entries;
    }

    void add(String name, String message, Upload upload) throws IOException {
        String line = encode(name) + ' ' + encode(message);
        if (upload != null && upload.size() > 0) {
            // never a name that a guest chose
            String picture = UUID.randomUUID() + "." + upload.contentType().replaceAll("[^a-z]", "-");
            upload.save(directory.resolve(picture));
            line += ' ' + picture;
        }
        WRITING.lock();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                FileLock lock = channel.lock()) {
            assert lock.isValid();
            channel.write(ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.US_ASCII)));
        } finally {
            WRITING.unlock();
        }
    }

    void sendPicture(String picture, CgiExchange q) throws IOException {
        if (!picture.matches("[0-9a-f-]{36}\\.image-[a-z-]{1,20}")) {
            throw new CgiException(404, "no such picture");
        }
        Path path = directory.resolve(picture);
        if (!Files.exists(path)) {
            throw new CgiException(404, "no such picture");
        }
        q.setContentType("image/" + picture.substring(picture.indexOf("image-") + 6)).expires("+30d");
        q.setHeader("X-Content-Type-Options", "nosniff").setHeader("Content-Length", Long.toString(Files.size(path)));
        Files.copy(path, q.stream());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
