package dev.fcgi.internal.server;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a server. Thread-safe. */
final class Counters {
    final Counter accepted = new Counter();
    final Counter started = new Counter();
    final Counter aborted = new Counter();
    final Counter refused = new Counter();
    final Counter failed = new Counter();
    final Counter protocolErrors = new Counter();
    final Counter multiplexed = new Counter();
    /** Refused requests that exceeded a limit on their number. */
    final Counter overLimit = new Counter();
    final Counter slow = new Counter();

    /** A counter whose increment never fails, although concurrent increments may need memory. */
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
