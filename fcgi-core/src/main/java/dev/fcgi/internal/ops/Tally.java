package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts ended requests by outcome, duration and second. Thread-safe; nothing blocks. */
final class Tally {
    /** Upper bounds of durations, in milliseconds; longer ones have another bucket. */
    static final double[] BOUNDS = {1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000};
    /** How many seconds are remembered: a power of two. */
    static final int SECONDS = 64;

    /** All but {@link Outcome#COMPLETED}. */
    private final LongAdder[] outcomes = adders(Outcome.values().length);
    private final LongAdder[] buckets = adders(BOUNDS.length + 1);
    private final LongAdder nanos = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    /** The second that each place in the ring stands for; the next array has the requests that ended in it. */
    private final AtomicLongArray seconds = new AtomicLongArray(SECONDS);
    private final AtomicLongArray ended = new AtomicLongArray(SECONDS);

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    /**
     * Counts a request.
     *
     * @param time how long it took, in nanoseconds
     * @param nanoTime when it ended
     */
    void add(RequestEvent request, long time, long nanoTime) {
        Outcome outcome = request.outcome();
        if (outcome != Outcome.COMPLETED) {
            outcomes[outcome.ordinal()].increment();
        }
        if (request.bytesIn() != 0) {
            bytesIn.add(request.bytesIn());
        }
        bytesOut.add(request.bytesOut());
        if (outcome.kind() != Outcome.Kind.REFUSED) { // they had no handler
            nanos.add(time);
            buckets[bucket(time)].increment();
        }
        long second = second(nanoTime);
        int place = (int) (second % SECONDS);
        long before = seconds.get(place);
        if (before != second && seconds.compareAndSet(place, before, second)) {
            ended.set(place, 0); // a request or two may be missed
        }
        ended.incrementAndGet(place);
    }

    private static int bucket(long nanos) {
        int i = 0;
        while (i < BOUNDS.length && nanos > BOUNDS[i] * 1_000_000) {
            i++;
        }
        return i;
    }

    private static long second(long nanoTime) {
        return (nanoTime >>> 1) / (TimeUnit.SECONDS.toNanos(1) / 2); // never negative
    }

    long count(Outcome outcome) {
        return outcome == Outcome.COMPLETED ? completed() : outcomes[outcome.ordinal()].sum();
    }

    /** Most requests: what the buckets have beyond the others. */
    private long completed() {
        long others = Arrays.stream(Outcome.values())
                .filter(one -> one.kind() != Outcome.Kind.REFUSED).mapToLong(one -> outcomes[one.ordinal()].sum()).sum();
        return Math.max(0, Arrays.stream(buckets).mapToLong(LongAdder::sum).sum() - others);
    }

    /** {@return how many requests are in a bucket, which has an index from 0 to the number of bounds} */
    long inBucket(int bucket) {
        return buckets[bucket].sum();
    }

    long nanos() {
        return nanos.sum();
    }

    long bytesIn() {
        return bytesIn.sum();
    }

    long bytesOut() {
        return bytesOut.sum();
    }

    /** {@return how many requests ended in each of the last whole seconds, the oldest first} */
    long[] lately(long nanoTime) {
        long now = second(nanoTime);
        long[] counts = new long[SECONDS - 1];
        for (int i = 0; i < counts.length; i++) {
            long second = now - counts.length + i;
            int place = Math.floorMod(second, SECONDS);
            counts[i] = seconds.get(place) == second ? ended.get(place) : 0;
        }
        return counts;
    }
}
