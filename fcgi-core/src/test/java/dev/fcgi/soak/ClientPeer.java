package dev.fcgi.soak;

import dev.fcgi.Role;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.EndRequest;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Calls through our own client, which must see what a raw peer would. */
final class ClientPeer implements AutoCloseable {
    /** How a client uses its connections. */
    enum Manner { KEPT, SHARED, FRESH }

    private final Target target;
    private final Ledger ledger;
    private final Manner manner;
    private final FcgiClient client;

    ClientPeer(Target target, Ledger ledger, Manner manner, Random random) {
        this.target = target;
        this.ledger = ledger;
        this.manner = manner;
        this.client = FcgiClient.builder().address(target.address(random)).maxConnections(4)
                .keepAlive(manner != Manner.FRESH).multiplex(manner == Manner.SHARED)
                .connectTimeout(Duration.ofSeconds(60)).responseBuffer(1 + random.nextInt(100_000)).build();
    }

    /** Sends one request; any thread. */
    void call(Random random) {
        Plan plan = target.draw(random);
        boolean costsTheConnection =
                plan.ending() == Plan.Ending.THROW_LATER || plan.ending() == Plan.Ending.OVERFLOW;
        if (costsTheConnection && manner == Manner.SHARED) {
            plan = plan.ending(Plan.Ending.RETURN);
        }
        boolean leaves = plan.ending() == Plan.Ending.WAIT || random.nextInt(10) == 0;
        try (ClientResponse response = client.send(request(plan, random))) {
            receive(plan, response, random, leaves);
        } catch (IOException e) {
            if (target.mayLose()) {
                ledger.count("calls lost: the server stopped");
                LockSupport.parkNanos(20_000_000); // no need to hurry now
            } else if (costsTheConnection) {
                ledger.count("calls lost: the handler failed");
            } else {
                ledger.violation("call failed: " + e + " / " + e.getCause() + ": " + plan);
            }
        }
    }

    private ClientRequest request(Plan plan, Random random) {
        ClientRequest.Builder builder = switch (plan.role()) {
            case RESPONDER -> ClientRequest.responder();
            case AUTHORIZER -> ClientRequest.authorizer();
            case FILTER -> ClientRequest.filter(Content.stream(plan.dataStream(), plan.data()), plan.data(), Instant.EPOCH);
        };
        // POST: what has been sent is never repeated, so that no handler sees a request twice
        builder.params(CgiParams.of("POST", "/")).param(Plan.PARAM, plan.encode());
        if (plan.role() == Role.AUTHORIZER) {
            return builder.build();
        }
        return random.nextBoolean()
                ? builder.body(Content.of(plan.stdinStream(), 0, plan.input())).build()
                : builder.body(Content.stream(plan.stdinStream(), plan.input()), plan.input()).build();
    }

    private void receive(Plan plan, ClientResponse response, Random random, boolean leaves) throws IOException {
        InputStream out = response.stdout();
        byte[] head = out.readNBytes(plan.head().length);
        String begin = new String(head, StandardCharsets.ISO_8859_1);
        if (begin.startsWith("Status: 503 ")) {
            response.end();
            if (!target.mayLose()) {
                ledger.refused(plan);
            }
            ledger.count("calls: 503");
        } else if (leaves) {
            out.readNBytes(random.nextInt(1 + plan.bodyLength() / 2)); // from a handler that waits no more comes
            response.close();
            ledger.count("calls: aborted");
        } else if (plan.ending().isWhole()) {
            whole(plan, response, head, out);
        } else {
            response.end();
            ledger.count("calls: failed");
        }
    }

    private void whole(Plan plan, ClientResponse response, byte[] head, InputStream out) throws IOException {
        boolean matches = Arrays.equals(head, plan.head());
        byte[] bytes = new byte[8192];
        int position = 0;
        for (int count; (count = out.read(bytes)) > 0; position += count) {
            matches &= Content.matches(plan.stdoutStream(), position, bytes, 0, count);
        }
        EndRequest end = response.end();
        if (matches && position == plan.bodyLength() && end.appStatus() == plan.status()
                && response.stderr().length() >= plan.stderr()) {
            ledger.count("calls: as planned");
        } else if (!target.mayLose()) {
            ledger.violation("call not as planned, " + end + ", " + position + " bytes " + matches + ": " + plan);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
