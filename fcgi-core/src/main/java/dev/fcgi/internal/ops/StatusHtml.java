package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import dev.fcgi.ServerStats;
import dev.fcgi.internal.ops.StatusData.Field;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The page for people: what is running and for how long, requests per second, latencies. The tables have the fields of
 * PHP-FPM's page, in its order. It has no script and loads nothing from elsewhere; it reloads itself.
 */
final class StatusHtml {
    static final String TYPE = "text/html;charset=UTF-8";

    private static final int RUNNING = 20;
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="refresh" content="2">
            <title>%1$s: status</title>
            <style>
            :root { --ground: #f6f7f9; --card: #fff; --ink: #1b2733; --soft: #5c6b7a; --line: #dde3ea; --accent: #1668b5;
              --bad: #b3261e }
            @media (prefers-color-scheme: dark) { :root { --ground: #12171d; --card: #1b222b; --ink: #e4e9ef;
              --soft: #97a5b4; --line: #2e3945; --accent: #6cb2f2; --bad: #ff8a80 } }
            body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--ground); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif }
            h1 { font-size: 1.4rem; margin: 0 0 1rem; overflow-wrap: anywhere } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem }
            .cards, .halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem }
            .halves { grid-template-columns: 1fr 1fr; margin-top: .75rem }
            @media (max-width: 45rem) { .halves { grid-template-columns: minmax(0, 1fr) } body { padding: 1rem } }
            .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem }
            .card b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums } .card, .note { color: var(--soft) }
            .card b { color: var(--ink) } .bad b { color: var(--bad) }
            svg { display: block; width: 100%%; height: 5rem; margin-top: .5rem; border-bottom: 1px solid var(--line) }
            svg rect { fill: var(--accent) }
            .axis { display: flex; justify-content: space-around; font-size: .65rem } .axis span { flex: 1; text-align: center }
            .time span:first-child { text-align: left } .time span:last-child { text-align: right }
            .scroll { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
            th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line);
              white-space: nowrap } th { font-weight: 600; color: var(--soft) } th + td { white-space: normal;
              overflow-wrap: anywhere }
            td.uri { max-width: 24rem; overflow: hidden; text-overflow: ellipsis }
            </style>
            </head>
            <body>
            <h1>%1$s</h1>
            """;

    private final StringBuilder page;

    private StatusHtml(StringBuilder page) {
        this.page = page;
    }

    static void write(StringBuilder page, String pool, StatusData data, Tally tally, long nanoTime, boolean full) {
        StatusHtml html = new StatusHtml(page);
        page.append(HEAD.formatted(StatusFormat.markup(pool)));
        long[] lately = tally.lately(nanoTime);
        html.cards(data.stats(), lately);
        page.append("<div class=\"halves\">\n");
        html.rates(lately);
        html.latencies(tally);
        page.append("</div>\n");
        html.running(data);
        page.append("<div class=\"halves\">\n");
        html.outcomes(tally);
        html.fields(data);
        page.append("</div>\n");
        if (full) {
            html.requests(data.requests());
        }
        page.append("</body></html>");
    }

    private void cards(ServerStats stats, long[] lately) {
        long rate = 0;
        for (int i = lately.length - 5; i < lately.length; i++) {
            rate += lately[i];
        }
        page.append("<div class=\"cards\">\n");
        card("requests in flight, of " + stats.maxRequests(), "" + StatusData.inFlight(stats), false);
        card("requests a second", String.format(Locale.ROOT, "%.1f", rate / 5.0), false);
        card("connections", "" + stats.connections(), false);
        card("refused", "" + stats.requestsRefused(), stats.requestsRefused() > 0);
        card("aborted", "" + stats.requestsAborted(), false);
        card("handlers failed", "" + stats.handlersFailed(), stats.handlersFailed() > 0);
        card("slow", "" + stats.requestsSlow(), stats.requestsSlow() > 0);
        page.append("</div>\n");
    }

    private void card(String label, String number, boolean bad) {
        page.append("<div class=\"card").append(bad ? " bad" : "").append("\"><b>").append(number).append("</b>")
                .append(label).append("</div>\n");
    }

    private void rates(long[] lately) {
        bars("requests a second, the last minute", lately);
        axis("axis time", "a minute ago", "now");
        page.append("</div>\n");
    }

    private void latencies(Tally tally) {
        long[] counts = new long[Tally.BOUNDS.length + 1];
        String[] labels = new String[counts.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = tally.inBucket(i);
            labels[i] = i == Tally.BOUNDS.length ? "more" : label(Tally.BOUNDS[i]);
        }
        bars("how long requests took, in milliseconds and seconds", counts);
        axis("axis", labels);
        page.append("</div>\n");
    }

    private static String label(double millis) {
        double number = millis < 1000 ? millis : millis / 1000;
        return String.format(Locale.ROOT, number == Math.rint(number) ? "%.0f" : "%.1f", number) + (millis < 1000 ? "" : "s");
    }

    /** Begins a card with a picture. Text is below it, not in it: pictures stretch. */
    private void bars(String title, long[] counts) {
        long most = 1;
        for (long count : counts) {
            most = Math.max(most, count);
        }
        double width = 400.0 / counts.length;
        page.append("<div class=\"card\">").append(title).append("; at most ").append(most)
                .append("\n<svg viewBox=\"0 0 400 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"").append(title)
                .append("\">\n");
        for (int i = 0; i < counts.length; i++) {
            double height = 100.0 * counts[i] / most;
            page.append(String.format(Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%d</title></rect>\n",
                    i * width + 1, 100 - height, width - 2, height, counts[i]));
        }
        page.append("</svg>\n");
    }

    private void axis(String kind, String... labels) {
        page.append("<div class=\"").append(kind).append("\">");
        for (String label : labels) {
            page.append("<span>").append(label).append("</span>");
        }
        page.append("</div>\n");
    }

    private void running(StatusData data) {
        List<RequestEvent> running = data.stats().requests().stream()
                .sorted(Comparator.comparing(RequestEvent::time).reversed()).limit(RUNNING).toList();
        page.append("<h2>Running now, the longest first</h2>\n<div class=\"scroll\"><table>\n<tr><th>request</th>"
                + "<th>seconds</th><th>method</th><th>URI</th><th>state</th><th>client</th><th>id</th></tr>\n");
        for (RequestEvent request : running) {
            page.append("<tr>");
            cell(request.connection() + "/" + request.id(), "");
            cell(String.format(Locale.ROOT, "%.3f", request.time().toNanos() / 1e9), "");
            cell(LogFormat.escaped(request.method()), "");
            cell(StatusData.shortened(LogFormat.escaped(request.uri())), " class=\"uri\"");
            cell(StatusData.state(request), "");
            cell(LogFormat.escaped(request.params().get("REMOTE_ADDR", "-")), "");
            cell(StatusData.shortened(LogFormat.escaped(RequestId.of(request.params()))), "");
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
        if (running.isEmpty()) {
            page.append("<p class=\"note\">nothing</p>\n");
        }
    }

    private void outcomes(Tally tally) {
        page.append("<div><h2>Requests that have ended</h2>\n<div class=\"scroll\"><table>\n");
        for (Outcome outcome : Outcome.values()) {
            if (tally.count(outcome) > 0) {
                row(outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '), "" + tally.count(outcome));
            }
        }
        page.append("</table></div></div>\n");
    }

    private void fields(StatusData data) {
        page.append("<div><h2>As PHP-FPM calls it</h2>\n<div class=\"scroll\"><table>\n");
        for (Field field : data.pool()) {
            row(field.name(), StatusFormat.text(field.value()));
        }
        page.append("</table></div></div>\n");
    }

    private void row(String name, String value) {
        page.append("<tr><th>").append(name).append("</th><td>").append(StatusFormat.markup(value)).append("</td></tr>\n");
    }

    private void requests(List<List<Field>> requests) {
        page.append("<h2>All requests</h2>\n<div class=\"scroll\"><table>\n<tr>");
        for (Field field : requests.isEmpty() ? List.<Field>of() : requests.get(0)) {
            page.append("<th>").append(field.name()).append("</th>");
        }
        page.append("</tr>\n");
        for (List<Field> request : requests) {
            page.append("<tr>");
            request.forEach(field -> cell(StatusFormat.text(field.value()),
                    field.name().equals("request uri") ? " class=\"uri\"" : ""));
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }

    private void cell(String text, String attributes) {
        page.append("<td").append(attributes).append('>').append(StatusFormat.markup(text)).append("</td>");
    }
}
