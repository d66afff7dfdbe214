package dev.fcgi.examples;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiFast;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.cgi.Cookie;
import dev.fcgi.cgi.Upload;
import dev.fcgi.cgi.UrlPart;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BinaryOperator;

/**
 * A guestbook written like a CGI program: a loop, a form, a cookie, an upload, a redirect. Runs on fd 0, on
 * FCGI_SOCKET_PATH, as plain CGI, and by hand. GUESTBOOK_DIR, a variable of the request or of the process, names the
 * directory of the entries.
 */
final class Guestbook {
    private static final int MAX_NAME = 80;
    private static final int MAX_MESSAGE = 2000;
    static final CgiOptions OPTIONS = CgiOptions.builder().maxBodyLength(5_000_000).build();

    private Guestbook() {}

    public static void main(String[] args) throws Exception {
        CgiFast.options(OPTIONS);
        CgiFast.serve(args, q -> answer(q, directory(q), Guestbook::plain));
    }

    /** The same program as part of a server, with its entries in a given directory. */
    static CgiHandler in(Path directory) {
        return in(directory, Guestbook::plain);
    }

    /** @param frame makes a page of a title and its content */
    static CgiHandler in(Path directory, BinaryOperator<String> frame) {
        return q -> answer(q, directory, frame);
    }

    private static String plain(String title, String content) {
        return "<!DOCTYPE html>\n<title>" + title + "</title>\n<h1>" + title + "</h1>\n" + content;
    }

    private static void answer(CgiExchange q, Path directory, BinaryOperator<String> frame) throws IOException {
        GuestbookEntries entries = new GuestbookEntries(directory);
        String picture = q.queryParam("picture");
        if (q.method().equals("POST")) {
            sign(q, entries);
        } else if (picture != null) {
            entries.sendPicture(picture, q);
        } else {
            show(q, entries, frame);
        }
    }

    private static Path directory(CgiExchange q) {
        String configured = q.meta("GUESTBOOK_DIR", System.getenv("GUESTBOOK_DIR"));
        return configured != null ? Path.of(configured) : Path.of(System.getProperty("java.io.tmpdir"), "guestbook");
    }

    private static void sign(CgiExchange q, GuestbookEntries entries) throws IOException {
        String name = required(q, "name", MAX_NAME);
        String message = required(q, "message", MAX_MESSAGE);
        Upload picture = q.upload("picture");
        if (picture != null && (picture.contentType() == null || !picture.contentType().startsWith("image/"))) {
            throw new CgiException(415, "the picture is not an image");
        }
        entries.add(name, message, picture);
        q.addCookie(Cookie.builder("name", name).path("/").maxAge(Duration.ofDays(30)).httpOnly(true)
                .sameSite(Cookie.SameSite.LAX).build());
        q.redirect(q.url(UrlPart.PATH_INFO), 303); // to itself, whatever part of its path is SCRIPT_NAME
    }

    private static String required(CgiExchange q, String field, int maxLength) throws IOException {
        String value = q.bodyParam(field);
        if (value == null || value.isBlank() || value.length() > maxLength) {
            throw new CgiException(400, field + " must have 1 to " + maxLength + " characters");
        }
        return value.strip();
    }

    private static void show(CgiExchange q, GuestbookEntries entries, BinaryOperator<String> frame) throws IOException {
        StringBuilder html = new StringBuilder();
        for (GuestbookEntries.Entry entry : entries.all()) {
            html.append("<p><b>%s</b>: %s".formatted(Page.escape(entry.name()), Page.escape(entry.message())));
            if (entry.picture() != null) {
                html.append(" <img src=\"?picture=%s\" alt=\"\" height=\"48\">".formatted(entry.picture()));
            }
            html.append("</p>\n");
        }
        String name = q.cookie("name");
        html.append("""
                <form method="post" enctype="multipart/form-data">
                <label>Name <input name="name" maxlength="%d" value="%s" required></label>
                <label>Message <textarea name="message" rows="3" maxlength="%d" required></textarea></label>
                <label>Picture <input type="file" name="picture" accept="image/*"></label>
                <button>Sign</button>
                </form>
                """.formatted(MAX_NAME, Page.escape(name == null ? "" : name), MAX_MESSAGE));
        q.setContentType("text/html").setHeader("Cache-Control", "no-cache").out()
                .print(frame.apply("Guestbook", html.toString()));
    }
}
