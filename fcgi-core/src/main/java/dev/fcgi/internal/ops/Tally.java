package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;

/**
 * Counts ended requests by outcome, duration and second. Thread-safe; nothing blocks.
 *
 * <p>It is split into parts, each used by one thread at a time. To count costs one atomic operation for all numbers. A
 * thread begins with the part that its number selects, so two rarely meet, and takes another if that is in use.
 */
final class Tally {
    /** Upper bounds of durations, in milliseconds; longer ones have another bucket. */
    static final double[] BOUNDS = {1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000};
    /** How many seconds are remembered: a power of two. */
    static final int SECONDS = 64;
    /** A power of two. */
    private static final int PARTS = 2 * Integer.highestOneBit(Runtime.getRuntime().availableProcessors());

    private final Part[] parts = new Part[PARTS];

    /** What some threads have counted; for the thread that has taken it. */
    private static final class Part {
        private final AtomicBoolean taken = new AtomicBoolean();
        private final long[] outcomes = new long[Outcome.values().length];
        private final long[] buckets = new long[BOUNDS.length + 1];
        private long nanos;
        private long bytesIn;
        private long bytesOut;
        /** The second that each place in the ring stands for; the next array has the requests that ended in it. */
        private final long[] seconds = new long[SECONDS];
        private final long[] ended = new long[SECONDS];

        boolean take() {
            return taken.compareAndSet(false, true);
        }

        void giveBack() {
            taken.setRelease(false);
        }

        void add(RequestEvent request, long time, long second) {
            Outcome outcome = request.outcome();
            outcomes[outcome.ordinal()]++;
            bytesIn += request.bytesIn();
            bytesOut += request.bytesOut();
            if (outcome.kind() != Outcome.Kind.REFUSED) { // they had no handler
                nanos += time;
                buckets[bucket(time)]++;
            }
            int place = (int) (second % SECONDS);
            if (seconds[place] != second) {
                seconds[place] = second;
                ended[place] = 0;
            }
            ended[place]++;
        }

        long endedIn(long second) {
            int place = Math.floorMod(second, SECONDS);
            return seconds[place] == second ? ended[place] : 0;
        }
    }

    Tally() {
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    /**
     * Counts a request.
     *
     * @param time how long it took, in nanoseconds
     * @param nanoTime when it ended
     */
    void add(RequestEvent request, long time, long nanoTime) {
        int i = (int) Thread.currentThread().threadId();
        while (!parts[i & PARTS - 1].take()) {
            i++;
        }
        Part part = parts[i & PARTS - 1];
        try {
            part.add(request, time, second(nanoTime));
        } finally {
            part.giveBack();
        }
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

    private long sum(ToLongFunction<Part> number) {
        long sum = 0;
        for (Part part : parts) {
            while (!part.take()) {
                Thread.yield();
            }
            try {
                sum += number.applyAsLong(part);
            } finally {
                part.giveBack();
            }
        }
        return sum;
    }

    long count(Outcome outcome) {
        return sum(part -> part.outcomes[outcome.ordinal()]);
    }

    /** {@return how many requests are in a bucket, which has an index from 0 to the number of bounds} */
    long inBucket(int bucket) {
        return sum(part -> part.buckets[bucket]);
    }

    long nanos() {
        return sum(part -> part.nanos);
    }

    long bytesIn() {
        return sum(part -> part.bytesIn);
    }

    long bytesOut() {
        return sum(part -> part.bytesOut);
    }

    /** {@return how many requests ended in each of the last whole seconds, the oldest first} */
    long[] lately(long nanoTime) {
        long now = second(nanoTime);
        long[] counts = new long[SECONDS - 1];
        for (int i = 0; i < counts.length; i++) {
            long second = now - counts.length + i;
            counts[i] = sum(part -> part.endedIn(second));
        }
        return counts;
    }
}
