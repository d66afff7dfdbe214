package com.example.app;

import dev.fcgi.Responder;
import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.cgi.Cookie;
import dev.fcgi.cgi.EventStream;
import dev.fcgi.cgi.Router;
import dev.fcgi.cgi.Upload;
import java.io.IOException;

/** The pages. Handlers run on virtual threads, many at a time: they may block; what they share must be thread-safe. */
final class Pages {
    /** In bytes. The limit of nginx is the same, see client_max_body_size. */
    static final int MAX_BODY_LENGTH = 10 * 1024 * 1024;

    static final Responder RESPONDER = Router.builder()
            .get("/", Pages::home)
            .post("/name", Pages::name)
            .post("/upload", Pages::upload)
            .get("/events", Pages::events)
            .build()
            .toResponder(CgiOptions.builder().maxBodyLength(MAX_BODY_LENGTH).build());

    private Pages() {}

    private static void home(CgiExchange q) {
        String name = q.cookie("name");
        q.setContentType("text/html");
        q.out().print("""
                <!DOCTYPE html>
                <html lang="en">
                <title>App</title>
                <h1>Hello, %s</h1>
                <form method="post" action="/name">
                  <p><label>Your name: <input name="name" required></label> <button>Say it</button></p>
                </form>
                <form method="post" action="/upload" enctype="multipart/form-data">
                  <p><label>A file: <input type="file" name="file" required></label> <button>Send it</button></p>
                </form>
                <p>Events: <output id="events"></output></p>
                <script>
                  const events = new EventSource("/events");
                  events.onmessage = event => document.getElementById("events").append(event.data + " ");
                  events.addEventListener("end", () => events.close()); // or the browser connects again
                </script>
                """.formatted(name == null ? "world" : escape(name)));
    }

    private static void name(CgiExchange q) throws IOException {
        String name = q.bodyParam("name");
        if (name == null || name.isBlank()) {
            throw new CgiException(400, "name is missing"); // becomes an error page
        }
        q.addCookie(Cookie.builder("name", name).path("/").httpOnly(true).sameSite(Cookie.SameSite.LAX).build());
        q.redirect("/", 303);
    }

    private static void upload(CgiExchange q) throws IOException {
        Upload file = q.upload("file");
        if (file == null) {
            throw new CgiException(400, "file is missing");
        }
        q.out().println(file.fileName() + ": " + file.size() + " bytes"); // text/plain in UTF-8, unless set otherwise
    }

    private static void events(CgiExchange q) throws IOException, InterruptedException {
        try (EventStream events = q.events()) {
            for (int i = 1; i <= 5; i++) {
                events.send(Integer.toString(i));
                Thread.sleep(200); // interrupted when the browser disconnects
            }
            events.send("end", "", null);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
