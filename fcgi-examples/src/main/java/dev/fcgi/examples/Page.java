package dev.fcgi.examples;

import dev.fcgi.cgi.CgiExchange;
import java.util.List;
import java.util.Map;

/** What the pages of the demo have in common: the frame, with the way to all others, and tables. */
final class Page {
    /** A page in the menu, and what the first page says of it. */
    record Link(String path, String name, String about) {}

    static final List<Link> MENU = List.of(
            new Link("/request", "Request", "Everything the web server tells a program, and the fields of a form."),
            new Link("/upload", "Upload", "A file up to a limit; its size and SHA-256 come back."),
            new Link("/cookie", "Cookie", "Set one, see it come back, remove it."),
            new Link("/guestbook", "Guestbook", "A CGI-style program: form, upload, cookie, redirect."),
            new Link("/events", "Events", "Server-sent events: the server's counters, live."),
            new Link("/slow", "Slow", "A page that arrives line by line. Leave early, and the request is aborted."),
            new Link("/call", "Calls", "The client: calls of other FastCGI servers in every role, failures included."),
            new Link("/php", "PHP", "A page from PHP-FPM, if it is installed."),
            new Link("/status", "Status", "The library's status page: what runs now, request rates and times."));

    /** What goes into the head of a page, whoever has made it. */
    static final String STYLE = "<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n";

    private static final String END = "</main>\n</body>\n</html>\n";

    private Page() {}

    /** Answers with a page. */
    static void show(CgiExchange q, String title, String content) {
        q.setContentType("text/html").out().print(of(title, content));
    }

    /** {@return a whole page} */
    static String of(String title, String content) {
        return begin(title) + content + END;
    }

    /** {@return a page up to its content, for one that is written piece by piece; then comes {@link #end()}} */
    static String begin(String title) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%1$s: fcgi demo</title>
                %2$s</head>
                <body>
                %3$s<main>
                <h1>%1$s</h1>
                """.formatted(escape(title), STYLE, menu(title));
    }

    static String end() {
        return END;
    }

    /** {@return the top of a page: the way back, and to all others} */
    static String menu(String title) {
        StringBuilder html = new StringBuilder();
        html.append("<header><b><a href=\"/\">fcgi demo</a></b>\n<nav aria-label=\"Pages\">\n");
        for (Link link : MENU) {
            html.append("<a href=\"").append(link.path).append('"')
                    .append(link.name.equals(title) ? " aria-current=\"page\">" : ">")
                    .append(link.name).append("</a>\n");
        }
        return html.append("</nav></header>\n").toString();
    }

    /** {@return a table of names and values} */
    static String table(Map<String, ?> pairs) {
        StringBuilder html = new StringBuilder("<table class=\"pairs\">\n");
        pairs.forEach((name, value) -> html.append("<tr><th scope=\"row\">").append(escape(name)).append("</th><td>")
                .append(escape(String.valueOf(value))).append("</td></tr>\n"));
        return html.append("</table>\n").toString();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
