package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Counts ended requests by outcome, duration and second. Thread-safe; nothing parks.
 *
 * <p>It is split into parts, each used by one thread at a time. To count costs one atomic operation for all numbers. A
 * thread begins with the part that its number selects, so two rarely meet, and takes another if that is in use. A part
 * is in use for moments only: no foreign code runs then.
 */
final class Tally {
    /** Upper bounds of durations, in milliseconds; longer ones have another bucket. */
    static final double[] BOUNDS = {1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000};
    private static final long QUICK = (long) (BOUNDS[0] * 1_000_000);
    /** How many seconds are remembered: a power of two. */
    static final int SECONDS = 64;
    /** A power of two. */
    private static final int PARTS = 2 * Integer.highestOneBit(Runtime.getRuntime().availableProcessors());

    private final Part[] parts = new Part[PARTS];

    /**
     * What some threads have counted; for the thread that has taken it. What every request changes is in its fields:
     * most requests find them outside the processor's nearest cache, so each further array would be felt.
     */
    private static final class Part extends AtomicBoolean {
        private static final long serialVersionUID = 1;

        private long completed;
        private long nanos;
        private long bytesIn;
        private long bytesOut;
        /** The latest second, and how many requests have ended in it. */
        private long second;
        private long ended;
        /** Of the first bucket; the others are in the array. */
        private long quick;
        private final long[] buckets = new long[BOUNDS.length + 1];
        /** All but {@link Outcome#COMPLETED}. */
        private final long[] outcomes = new long[Outcome.values().length];
        /** Earlier seconds, each at its place in a ring, and how many requests ended in them. */
        private final long[] seconds = new long[SECONDS];
        private final long[] endedIn = new long[SECONDS];

        boolean take() {
            return compareAndSet(false, true);
        }

        void giveBack() {
            setRelease(false);
        }

        void add(Outcome outcome, long in, long out, long time, long at) {
            if (outcome == Outcome.COMPLETED) {
                completed++;
                took(time);
            } else {
                outcomes[outcome.ordinal()]++;
                if (outcome.kind() != Outcome.Kind.REFUSED) { // they had no handler
                    took(time);
                }
            }
            bytesIn += in;
            bytesOut += out;
            if (at != second) {
                enter(Math.max(at, second - SECONDS + 1)); // a last write may have taken longer than is remembered
            }
            ended++;
        }

        private void took(long time) {
            nanos += time;
            if (time <= QUICK) {
                quick++;
            } else {
                buckets[bucket(time)]++;
            }
        }

        long inBucket(int bucket) {
            return bucket == 0 ? quick : buckets[bucket];
        }

        private void enter(long next) {
            int place = (int) (second % SECONDS);
            seconds[place] = second;
            endedIn[place] = ended;
            place = (int) (next % SECONDS);
            ended = seconds[place] == next ? endedIn[place] : 0; // a thread may be late
            second = next;
        }

        long endedIn(long when) {
            int place = Math.floorMod(when, SECONDS);
            return when == second ? ended : seconds[place] == when ? endedIn[place] : 0;
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
        Outcome outcome = request.outcome();
        long in = request.bytesIn();
        long out = request.bytesOut();
        Part part = takeAny();
        try {
            part.add(outcome, in, out, time, second(nanoTime));
        } finally {
            part.giveBack();
        }
    }

    private Part takeAny() {
        int first = (int) Thread.currentThread().threadId();
        while (true) {
            for (int i = 0; i < PARTS; i++) {
                Part part = parts[first + i & PARTS - 1];
                if (part.take()) {
                    return part;
                }
            }
            Thread.yield(); // to a thread that was stopped while it had one
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

    private void forEach(Consumer<Part> action) {
        for (Part part : parts) {
            while (!part.take()) {
                Thread.yield();
            }
            try {
                action.accept(part);
            } finally {
                part.giveBack();
            }
        }
    }

    private long sum(ToLongFunction<Part> number) {
        long[] sum = new long[1];
        forEach(part -> sum[0] += number.applyAsLong(part));
        return sum[0];
    }

    long count(Outcome outcome) {
        return sum(part -> outcome == Outcome.COMPLETED ? part.completed : part.outcomes[outcome.ordinal()]);
    }

    /** {@return how many requests are in a bucket, which has an index from 0 to the number of bounds} */
    long inBucket(int bucket) {
        return sum(part -> part.inBucket(bucket));
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
        forEach(part -> {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += part.endedIn(now - counts.length + i);
            }
        });
        return counts;
    }
}
