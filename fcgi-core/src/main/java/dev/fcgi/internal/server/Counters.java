package dev.fcgi.internal.server;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a server counts, from any thread. */
final class Counters {
    final Counter accepted = new Counter();
    final Counter started = new Counter();
    final Counter aborted = new Counter();
    final Counter refused = new Counter();
    final Counter failed = new Counter();
    final Counter protocolErrors = new Counter();
    final Counter multiplexed = new Counter();
    /** Of those that were refused, the ones that would have been one too many. */
    final Counter overLimit = new Counter();
    final Counter slow = new Counter();

    /** A number that goes up without fail; threads that count at the same time may need memory for that. */
    static final class Counter {
        private final LongAdder adder = new LongAdder();
        private final AtomicLong withoutMemory = new AtomicLong();

        void increment() {
            try {
                adder.increment();
            } catch (OutOfMemoryError e) {
                withoutMemory.incrementAndGet();
            }
        }

        long sum() {
            return adder.sum() + withoutMemory.get();
        }
    }
}
