package dev.fcgi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/**
 * The program that {@link ObservedCgiTest} starts as plain CGI, with all kinds of observers. It writes what each has
 * observed to the directory that is its argument.
 */
final class ObservedCgiProgram {
    private static final StatusPage PAGE = StatusPage.of("cgi");
    private static Supplier<ServerStats> stats;

    private ObservedCgiProgram() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        EventLog events = new EventLog();
        try (Recording recording = new Recording()) {
            recording.enable("dev.fcgi.Request").withoutThreshold();
            recording.start();
            boolean failed = false;
            try (AccessLog log = AccessLog.builder().format("%c %O %s").open(directory.resolve("access.log"));
                    FcgiAcceptor acceptor = FcgiAcceptor.builder().listenInherited().listener(events).listener(PAGE)
                            .listener(log).listener(new ServerListener() {
                                @Override
                                public void started(Supplier<ServerStats> source) {
                                    stats = source;
                                }
                            }).open()) {
                acceptor.serve(ObservedCgiProgram::respond);
            } catch (IOException e) {
                failed = true;
            }
            recording.dump(directory.resolve("recording.jfr"));
            Files.write(directory.resolve("told"), told(events, directory.resolve("recording.jfr")));
            System.exit(failed ? 1 : 0);
        }
    }

    private static void respond(Request request) throws IOException {
        switch (request.meta("SCRIPT_NAME")) {
            case "/status" -> PAGE.respond(request);
            case "/fail" -> throw new IllegalStateException("expected");
            case "/buffered" -> {
                print(request, "Status: 201 x\r\n\r\nhalf");
                throw new IllegalStateException("expected");
            }
            case "/half" -> {
                print(request, "Status: 201 x\r\n\r\nhalf");
                request.stdout().flush();
                throw new IllegalStateException("expected");
            }
            default -> print(request, "Status: 201 x\r\n\r\n" + "x".repeat(10_000));
        }
    }

    private static void print(Request request, String text) throws IOException {
        request.stdout().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<String> told(EventLog events, Path recording) throws Exception {
        List<String> told = new ArrayList<>();
        ServerStats counted = stats.get();
        told.add("stats " + counted.requestsStarted() + " started, " + counted.handlersFailed() + " failed, "
                + counted.activeRequests() + " active");
        told.add("listener " + events.begun() + " begun, " + events.stopped() + " stopped");
        for (RequestEvent one : events.ended()) {
            told.add("listener " + one.connection() + "/" + one.id() + " " + one.outcome() + " " + one.status()
                    + " " + one.bytesIn() + " in " + one.bytesOut() + " out");
        }
        OfflineRequest.builder("GET", "/status?openmetrics").build().respond(PAGE).text().lines()
                .filter(line -> line.startsWith("fcgi_requests_total") && !line.endsWith(" 0"))
                .map(line -> "page " + line.replaceAll(".*outcome=\"(.*)\"}", "$1")).forEach(told::add);
        RecordingFile.readAllEvents(recording).stream().map(one -> "jfr " + one.getLong("connection") + "/"
                + one.getInt("id") + " " + one.getString("outcome") + " " + one.getInt("status")).forEach(told::add);
        return told;
    }
}
