package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.Params;
import dev.fcgi.RequestEvent;
import dev.fcgi.Role;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request with given properties. */
final class StubEvent implements RequestEvent {
    private final Map<String, String> params = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    SocketAddress peer;
    Instant begun = Instant.EPOCH;
    Duration time = Duration.ZERO;
    long connection = 7;
    int id = 1;
    int status = 200;
    long bytesIn;
    long bytesOut;
    Outcome outcome = Outcome.COMPLETED;

    static StubEvent get(String script, String query) {
        return new StubEvent().param("REQUEST_METHOD", "GET").param("SCRIPT_NAME", script).param("QUERY_STRING", query);
    }

    StubEvent param(String name, String value) {
        params.put(name, value);
        return this;
    }

    StubEvent header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    StubEvent took(Duration duration) {
        time = duration;
        return this;
    }

    StubEvent with(int sent, Outcome how) {
        status = sent;
        outcome = how;
        return this;
    }

    @Override
    public long connection() {
        return connection;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Role role() {
        return Role.RESPONDER;
    }

    @Override
    public Params params() {
        return Params.of(params);
    }

    @Override
    public SocketAddress peer() {
        return peer;
    }

    @Override
    public String peerUser() {
        return null;
    }

    @Override
    public String peerGroup() {
        return null;
    }

    @Override
    public Instant begun() {
        return begun;
    }

    @Override
    public Duration headTime() {
        return Duration.ZERO;
    }

    @Override
    public Duration handlerTime() {
        return time;
    }

    @Override
    public Duration time() {
        return time;
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public String responseHeader(String name) {
        return headers.get(name);
    }

    @Override
    public int appStatus() {
        return 0;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Throwable failure() {
        return null;
    }

    @Override
    public List<StackTraceElement> stack() {
        return List.of();
    }
}
