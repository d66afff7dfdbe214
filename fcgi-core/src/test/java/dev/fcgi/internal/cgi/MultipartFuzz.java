package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.fuzz.Pieces;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Fuzz target: a multipart body with the boundary {@code x}, by the parser and by regular expressions; then as a form.
 *
 * <p>Input: a byte for the pieces, the body.
 */
public final class MultipartFuzz {
    private static final FormLimits LIMITS =
            new FormLimits(400, 6, 1 << 20, Path.of(System.getProperty("java.io.tmpdir")));

    private MultipartFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < 1) {
            return;
        }
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        List<String> expected = Transcript.parseNaively(body, "x");
        List<String> seen = Transcript.parse(new Pieces(body, 0, input[0]), "x", new Random(input[0]));
        if (!seen.equals(expected)) {
            throw new AssertionError(seen + " instead of " + expected);
        }
        try (MultipartForm form = MultipartForm.read(new Pieces(body, 0, input[0]), "multipart/form-data; boundary=x",
                StandardCharsets.UTF_8, LIMITS)) {
            check(expected.contains("end"), "a form without an end");
            check(form.fields().size() + form.uploads().size() == expected.size() - 1, "parts are missing");
            check(form.all().names().equals(form.names()), "names");
            int length = form.fields().stream().mapToInt(f -> f.getKey().length() + f.getValue().length()).sum();
            check(length <= LIMITS.maxFieldsLength(), "fields of " + length + " characters");
            for (FilePart upload : form.uploads()) {
                check(upload.content().open().readAllBytes().length == upload.content().size(), "size of an upload");
                String name = upload.fileName();
                check(name.chars().noneMatch(c -> c < ' ' || c == '/' || c == '\\'), "file name " + name);
                check(!name.equals(".") && !name.equals(".."), "file name " + name);
            }
        } catch (EOFException e) {
            check(expected.contains("truncated"), "truncated");
        } catch (CgiException e) {
            check(e.status() == 400 || e.status() == 413, "status " + e.status());
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
