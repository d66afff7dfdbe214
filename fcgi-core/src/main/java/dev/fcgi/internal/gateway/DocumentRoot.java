package dev.fcgi.internal.gateway;

import dev.fcgi.internal.text.Ascii;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tree of files in which URL paths are looked up. Thread-safe; caches nothing.
 *
 * <p>A path is followed from the root, segment by segment, to the first regular file. If its name has the suffix of a
 * script, it is the script and the rest of the path is PATH_INFO; any other file must be the end of the path. So
 * nothing becomes a script because of what follows it ({@code /upload/picture.jpg/x.php}), and no text is searched for
 * a suffix (CVE-2026-27590, where an index found in lower-case text did not fit the original).
 *
 * <p>Symbolic links are followed if the file they lead to is also below the root, or if all links are to be followed. A
 * link that is not followed is logged once, because browsers get the same response as for a missing file.
 */
public final class DocumentRoot {
    /** What a path leads to. */
    sealed interface Found {}

    /** A program to run. */
    record Script(String scriptName, String pathInfo) implements Found {}

    /** A file to send; its real path. */
    record Plain(Path file) implements Found {}

    /** A directory whose path lacks the slash at its end. */
    record Directory() implements Found {}

    /** Nothing; if {@code refused}, the front controller is not called either. */
    record Nothing(boolean refused) implements Found {}

    private static final Nothing NOTHING = new Nothing(false);
    private static final Nothing REFUSED = new Nothing(true);

    private static final Logger LOG = System.getLogger("dev.fcgi.gateway");
    private static final int MAX_LOGGED = 100;

    private final Path root;
    private final List<String> index;
    private final List<String> suffixes;
    private final boolean followLinks;
    private final Set<Path> logged = ConcurrentHashMap.newKeySet();

    /** @param followLinks whether links may lead out of the root */
    public DocumentRoot(Path root, List<String> index, List<String> suffixes, boolean followLinks) {
        this.root = root.toAbsolutePath().normalize();
        this.index = List.copyOf(index);
        this.suffixes = List.copyOf(suffixes);
        this.followLinks = followLinks;
    }

    public Path path() {
        return root;
    }

    /**
     * Finds what a path leads to.
     *
     * @param path as {@link RequestTarget} gives it: decoded, without dot segments
     * @throws IOException when there is no root
     */
    Found find(String path) throws IOException {
        Path real = root.toRealPath(); // each time, because deployments switch a link
        Path file = root;
        for (int start = 1; start < path.length(); ) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String name = path.substring(start, end);
            if (isHidden(name) && !(start == 1 && name.equals(".well-known"))) { // RFC 8615
                return REFUSED;
            }
            file = child(file, name);
            BasicFileAttributes attributes = attributes(file);
            if (attributes == null) {
                return NOTHING;
            }
            if (attributes.isRegularFile()) {
                return file(real, file, path, end);
            }
            if (!attributes.isDirectory() || slash < 0) {
                return attributes.isDirectory() && mayShow(real, file, file.toRealPath()) ? new Directory() : NOTHING;
            }
            start = end + 1;
        }
        return index(real, file, path);
    }

    private Found file(Path real, Path file, String path, int end) throws IOException {
        if (isScript(path.substring(0, end))) {
            return mayShow(real, file, file.toRealPath())
                    ? new Script(path.substring(0, end), path.substring(end)) : REFUSED;
        }
        return end == path.length() ? plain(real, file, false) : NOTHING;
    }

    /** A path that ends with a slash: the first index file that exists. */
    private Found index(Path real, Path directory, String path) throws IOException {
        for (String name : index) {
            Path file = child(directory, name);
            BasicFileAttributes attributes = attributes(file);
            if (attributes != null && attributes.isRegularFile()) {
                return file(real, file, path + name, path.length() + name.length());
            }
        }
        return NOTHING;
    }

    /**
     * Finds a file that an application asks to send (X-Sendfile), even below a dot directory, which browsers cannot
     * reach.
     *
     * @param the path below the root, decoded, without dot segments, beginning with a slash
     */
    Found fileToSend(String path) throws IOException {
        Path file = child(root, path.substring(1));
        BasicFileAttributes attributes = attributes(file);
        return attributes != null && attributes.isRegularFile() ? plain(root.toRealPath(), file, true) : NOTHING;
    }

    /**
     * A file to send, never the source of a script, even through a link or, on file systems like that of macOS, in
     * another case.
     */
    private Found plain(Path real, Path file, boolean mayBeHidden) throws IOException {
        Path realFile = file.toRealPath();
        if (!mayShow(real, file, realFile)) {
            return REFUSED;
        }
        // the target of a link out of the root is not a path from a browser: only the file name matters
        for (Path name : realFile.startsWith(real) ? real.relativize(realFile) : realFile.getFileName()) {
            if (!mayBeHidden && isHidden(name.toString()) && !name.toString().equals(".well-known")) {
                return REFUSED;
            }
        }
        String lower = realFile.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean source = suffixes.stream().anyMatch(suffix -> lower.endsWith(suffix.toLowerCase(Locale.ROOT)));
        return source ? REFUSED : new Plain(realFile);
    }

    private boolean isScript(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return suffixes.stream().anyMatch(suffix -> name.endsWith(suffix) && name.length() > suffix.length());
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".");
    }

    private boolean mayShow(Path real, Path file, Path realFile) {
        if (followLinks || realFile.startsWith(real)) {
            return true;
        }
        if (logged.size() < MAX_LOGGED && logged.add(file)) {
            String line = "404 for " + file + ": it leads to " + realFile + ", which is not below the document root "
                    + real + "; followLinks(true) of the gateway allows it";
            LOG.log(Level.WARNING, Ascii.printable(line));
        }
        return false;
    }

    /** {@return the file, or null for a name that the file system does not allow or maps to another one} */
    private static Path child(Path directory, String name) {
        // "//" would lead to the directory itself; Windows drops dots and spaces at the end of names
        if (name.isEmpty() || name.endsWith(".") || name.endsWith(" ")) {
            return null;
        }
        try {
            return directory.resolve(name);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static BasicFileAttributes attributes(Path file) {
        try {
            return file == null ? null : Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException notThere) { // or unreachable, or its name is too long: the same for a browser
            return null;
        }
    }
}
