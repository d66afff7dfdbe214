package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.ResponseLostException;
import dev.fcgi.internal.conn.StreamInput;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The calls on one connection, by their ids. Guarded by the connection's lock. */
final class CallTable {
    private static final int FIRST_ID = 1;
    private static final int MAX_ID = 0xFFFF;
    /** How many ids may be retired before the connection is. */
    private static final int MAX_RETIRED = 1000;
    private static final StreamInput.Failure LOST =
            () -> new ResponseLostException("connection lost before the end of the response", false, null);

    /** By id; ids are low. */
    private ClientCall[] calls = new ClientCall[2];
    private int size;
    private int most;
    /** Ids of requests that were aborted: some applications send records of them after END_REQUEST. */
    private final Set<Integer> retired = new HashSet<>(0);

    /** @param most how many there may be at a time */
    CallTable(int most) {
        this.most = most;
    }

    void takesOneAtATime() {
        most = 1;
    }

    /** {@return how many more calls there may be now} */
    int room() {
        return Math.max(0, most - size);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** {@return the lowest free id, because applications keep tables; 0 when there is none} */
    int freeId() {
        int id = FIRST_ID;
        while (get(id) != null || isRetired(id)) {
            id++;
        }
        return id > MAX_ID ? 0 : id;
    }

    void add(ClientCall call) {
        if (call.id() >= calls.length) {
            calls = Arrays.copyOf(calls, 2 * call.id());
        }
        calls[call.id()] = call;
        size++;
    }

    /** {@return the call with an id, or null} */
    ClientCall get(int id) {
        return id < calls.length ? calls[id] : null;
    }

    boolean contains(ClientCall call) {
        return get(call.id()) == call;
    }

    /** {@return whether a call is still to be sent} */
    boolean wants(ClientCall call) {
        return contains(call) && !call.hasFailed() && !call.isAbandoned();
    }

    void remove(ClientCall call) {
        if (contains(call)) {
            calls[call.id()] = null;
            size--;
        }
    }

    /** The connection has ended. Calls that were not told of that, for lack of memory, fail. Needs none itself. */
    void clear() {
        for (ClientCall call : calls) {
            if (call != null) {
                call.fail(CallOutcome.CONNECTION_LOST, LOST);
                remove(call);
            }
        }
    }

    /** Retires an id. Returns false if the connection should be retired as well. */
    boolean retire(int id) {
        retired.add(id);
        return retired.size() <= MAX_RETIRED;
    }

    boolean isRetired(int id) {
        return !retired.isEmpty() && retired.contains(id);
    }

    /** Applies an action to each call, which may remove it. */
    void forEach(Consumer<ClientCall> action) {
        for (ClientCall call : calls) {
            if (call != null) {
                action.accept(call);
            }
        }
    }

    /** {@return whether a caller waits for the response to one} */
    boolean isWanted() {
        return anyMatch(call -> !call.isAbandoned());
    }

    /** {@return whether others wait for what follows the output of a call} */
    boolean hasWaitersAfter(ClientCall call) {
        return anyMatch(other -> other != call && !other.isAbandoned());
    }

    /** {@return on a connection that is not multiplexed, the call whose caller waits for the reader, or null} */
    ClientCall waiting() {
        ClientCall call = get(FIRST_ID);
        return call != null && call.isWaiting() ? call : null;
    }

    /** The connection is lost; if the cause is null, the application has closed it. */
    void fail(CallOutcome how, IOException cause) {
        forEach(call -> {
            boolean unknown = !call.hasReceived() && !call.hasBegun();
            call.fail(how, () -> new ResponseLostException(cause == null
                    ? "the application closed the connection before the end of the response"
                    : "connection lost before the end of the response: " + cause.getMessage(), unknown, cause));
        });
    }

    boolean anyMatch(Predicate<ClientCall> condition) {
        for (ClientCall call : calls) {
            if (call != null && condition.test(call)) {
                return true;
            }
        }
        return false;
    }
}
