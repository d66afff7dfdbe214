package dev.fcgi.internal.server;

import java.util.concurrent.atomic.LongAdder;

/** What a server counts, from any thread. */
final class Counters {
    final LongAdder accepted = new LongAdder();
    final LongAdder started = new LongAdder();
    final LongAdder aborted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder protocolErrors = new LongAdder();
    final LongAdder multiplexed = new LongAdder();
}
