package dev.fcgi.examples.check;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The web server, as seen by a case. */
public final class WebServer {
    private static final long PAUSE_NANOS = 200_000;

    private final WebServerSubject subject;
    private final Trial trial;
    private final List<ToWebServer> connections = new ArrayList<>();
    /** Requests that belong to a visit. */
    private final Set<FcgiRequest> taken = new HashSet<>();
    private Map<String, String> values =
            Map.of("FCGI_MAX_CONNS", "100", "FCGI_MAX_REQS", "100", "FCGI_MPXS_CONNS", "1");

    WebServer(WebServerSubject subject, Trial trial) {
        this.subject = subject;
        this.trial = trial;
    }

    Trial trial() {
        return trial;
    }

    /** The case tests how a response is handled. */
    WebServer needsHead() {
        if (subject.isPlain()) {
            throw Judgement.unimplemented("it passes on what is on STDOUT, and leaves the head to others");
        }
        return this;
    }

    /** Sets the answer to GET_VALUES, or null for none. */
    WebServer values(Map<String, String> answers) {
        values = answers;
        return this;
    }

    /** {@return all connections of this case} */
    List<ToWebServer> connections() {
        return connections;
    }

    /** A browser requests a page, and the web server sends us a request. */
    Visit visit() {
        return ask(null, 0).received();
    }

    /** The same, with a body. */
    Visit visit(byte[] body) {
        return ask(body, 0).received();
    }

    /** The same for a page with a name of this length. */
    Visit visit(int nameLength) {
        return ask(null, nameLength).received();
    }

    /** A browser requests a page; does not wait for the request. */
    Visit ask() {
        return ask(null, 0);
    }

    private Visit ask(byte[] body, int nameLength) {
        if (body != null && !subject.browser().hasBodies()) {
            throw Judgement.unimplemented("it needs --post");
        }
        int number = subject.nextVisit();
        String id = "check-" + number + "-";
        id += "x".repeat(Math.max(0, nameLength - id.length()));
        trial.transcript().add("browser: " + (body == null ? "GET " : "POST " + body.length + " bytes to ") + id);
        try {
            Future<Browser.Output> output = subject.browser().ask(id, body);
            trial.atEnd(() -> output.cancel(true));
            return new Visit(this, id, "page-" + number + "-begins", output);
        } catch (IOException e) {
            throw Judgement.unmet("the browser cannot be run: " + e.getMessage());
        }
    }

    /** {@return the next request for a page, or null when there is none} */
    FcgiRequest poll(String id) {
        for (FcgiRequest request : requests()) {
            if (request.hasParams() && request.isFor(id) && taken.add(request)) {
                return request;
            }
        }
        return null;
    }

    List<FcgiRequest> requests() {
        return connections.stream().flatMap(connection -> connection.requests().stream()).toList();
    }

    /** {@return received records that belong to no request} */
    Stream<FcgiRecord> others() {
        return connections.stream().flatMap(connection -> connection.others().stream());
    }

    /** Sends and receives until a condition holds; returns false if it does not in time. */
    boolean await(BooleanSupplier condition, Duration wait) {
        long deadline = trial.deadline(wait);
        while (true) {
            exchange();
            if (condition.getAsBoolean()) {
                return true;
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void exchange() {
        try {
            for (SocketChannel channel; (channel = subject.accept()) != null; ) {
                connections.add(new ToWebServer(trial, channel));
            }
        } catch (IOException e) {
            throw Judgement.unmet("cannot accept: " + e.getMessage());
        }
        connections.forEach(connection -> connection.exchange(values));
    }
}
