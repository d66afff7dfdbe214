package dev.fcgi.soak;

import dev.fcgi.ServerStats;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Records what both sides of a run saw, and violations. */
final class Ledger {
    /** The state of a request: whether a handler had it, and whether its peer was told that none will. */
    private static final int HANDLED = 1;
    private static final int REFUSED = 2;
    private static final int MAX_VIOLATIONS = 50;

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicIntegerArray states = new AtomicIntegerArray(1 << 24);
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final LongAdder entered = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final LongAdder started = new LongAdder();
    private final LongAdder accepted = new LongAdder();

    long nextNumber() {
        return numbers.incrementAndGet();
    }

    void entered(Plan plan) {
        entered.increment();
        mark(plan, HANDLED);
    }

    void left() {
        left.increment();
    }

    /** The peer got the answer of somebody who will not handle the request. */
    void refused(Plan plan) {
        mark(plan, REFUSED);
    }

    /** Every request is handled or refused, once. */
    private void mark(Plan plan, int state) {
        int index = (int) (plan.number() % states.length());
        int before = states.getAndAccumulate(index, state, (a, b) -> a | b);
        if (before != 0) {
            violation("handled and refused, or twice: " + before + ", " + state + ": " + plan);
        }
    }

    void count(String what) {
        counts.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    /** A server is gone, with these counters. */
    void stopped(ServerStats stats) {
        started.add(stats.requestsStarted());
        accepted.add(stats.connectionsAccepted());
    }

    /** At the end of a run: handlers that were entered were left. */
    void close() {
        if (entered.sum() != left.sum()) {
            violation("handlers entered " + entered + ", left " + left);
        }
        if (entered.sum() > started.sum()) {
            violation("handlers entered " + entered + ", but the servers started " + started);
        }
    }

    String summary() {
        return accepted + " connections, " + numbers + " requests, " + entered + " handlers entered and " + left
                + " left, " + violations.size() + " violations";
    }

    void violation(String what) {
        if (violations.size() < MAX_VIOLATIONS) {
            violations.add(what);
        }
    }

    Queue<String> violations() {
        return violations;
    }

    Map<String, LongAdder> counts() {
        return new TreeMap<>(counts);
    }
}
