package dev.fcgi.soak;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One connection of a web server, or of a peer that behaves worse. */
final class RawPeer {
    private static final int LONGEST_BYTEWISE = 3000;

    /** How a peer leaves before it has all its answers. */
    private enum Leaving { CLOSE, RESET, HALF_CLOSE }

    private final Target target;
    private final Ledger ledger;
    private final Random random;
    private final Map<Integer, Exchange> exchanges = new HashMap<>();
    private Link link;
    private boolean cut;
    /** Why requests may get lost from now on; null when they may not. */
    private String excuse;

    RawPeer(Target target, Ledger ledger, Random random) {
        this.target = target;
        this.ledger = ledger;
        this.random = random;
    }

    /** Runs from the connect to the end. */
    void play() throws IOException, InterruptedException {
        try (Link opened = new Link(target.address(random), this::received)) {
            link = opened;
            ledger.count("connections of raw peers");
            for (int rounds = random.nextInt(6); rounds >= 0 && !link.hasEnded(); rounds--) {
                round(rounds > 0 || random.nextBoolean());
            }
            settle();
        } catch (IOException e) {
            if (link == null && target.mayLose()) {
                ledger.count("connections refused: the server stops");
                pause(20);
            } else {
                ledger.violation("connection: " + e);
            }
        }
    }

    private void received(int type, int id, byte[] content) {
        Exchange exchange = exchanges.get(id);
        if (exchange == null) {
            ledger.violation("record of type " + type + " for request " + id + ", which was never begun");
            return;
        }
        exchange.record(type, content);
        cut |= exchange.isCut();
    }

    /** Some requests, one or several at once. */
    private void round(boolean keep) throws IOException, InterruptedException {
        int count = keep && random.nextInt(3) == 0 ? 2 + random.nextInt(7) : 1;
        List<Queue<byte[]>> queues = new ArrayList<>();
        int stride = random.nextInt(1, 8000);
        exchanges.clear();
        for (int i = 0; i < count; i++) {
            int id = 1 + i * stride;
            Exchange exchange = new Exchange(target.draw(random), id, target, ledger);
            exchanges.put(id, exchange);
            queues.add(exchange.records(random, keep));
        }
        byte[] bytes = interleave(queues);
        boolean leaves = random.nextInt(8) == 0;
        if (leaves) {
            leave(bytes);
            return;
        }
        send(bytes, bytes.length);
        receive();
        if (!keep && !link.hasEnded()) {
            awaitClose();
        }
    }

    private byte[] interleave(List<Queue<byte[]>> queues) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (!queues.isEmpty()) {
            Queue<byte[]> queue = queues.get(random.nextInt(queues.size()));
            for (int i = random.nextInt(3); i >= 0 && !queue.isEmpty(); i--) {
                all.writeBytes(queue.remove());
            }
            queues.removeIf(Queue::isEmpty);
        }
        return all.toByteArray();
    }

    private void send(byte[] bytes, int to) throws InterruptedException {
        int manner = random.nextInt(6);
        int pauses = random.nextInt(4) == 0 ? 3 : 0;
        for (int from = 0; from < to; ) {
            int most = switch (manner) {
                case 0 -> bytes.length < LONGEST_BYTEWISE ? 1 : 16_384;
                case 1 -> 1 + random.nextInt(bytes.length < LONGEST_BYTEWISE ? 50 : 20_000);
                default -> Integer.MAX_VALUE;
            };
            int count = Math.min(most, to - from);
            link.send(bytes, from, from + count);
            from += count;
            if (pauses > 0 && random.nextInt(10) == 0) {
                pauses--;
                pause(100);
            }
        }
    }

    private void receive() throws IOException, InterruptedException {
        int manner = random.nextInt(12);
        if (manner == 0) {
            pause(500); // takes nothing for a while
        }
        link.readLimit(manner == 1 ? 1 + random.nextInt(2000) : Integer.MAX_VALUE);
        for (int i = 0; !isAnswered() && !link.hasEnded(); i++) {
            link.awaitSome();
            if (manner == 1 && i < 50) {
                pause(4);
            } else {
                link.readLimit(Integer.MAX_VALUE);
            }
        }
    }

    private boolean isAnswered() {
        return exchanges.values().stream().allMatch(Exchange::hasEnded);
    }

    /** Without KEEP_CONN, the server closes. */
    private void awaitClose() throws IOException {
        while (!link.hasEnded()) {
            link.awaitSome();
        }
        if (link.reset() != null && !target.mayLose()) {
            ledger.violation("reset instead of closed: " + link.reset());
        }
        ledger.count("connections closed by the server");
    }

    /** Leaves anywhere, in the middle of any record. */
    private void leave(byte[] bytes) throws IOException, InterruptedException {
        int to = random.nextInt(3) == 0 ? bytes.length : random.nextInt(bytes.length);
        send(bytes, to);
        if (random.nextBoolean()) {
            pause(30);
        }
        Leaving leaving = Leaving.values()[random.nextInt(3)];
        excuse = "the peer left, " + leaving;
        switch (leaving) {
            case CLOSE -> link.close();
            case RESET -> link.abort();
            case HALF_CLOSE -> {
                link.halfClose();
                while (!link.hasEnded()) {
                    link.awaitSome();
                }
            }
        }
        settle();
    }

    /** At the end of the connection, requests that have not ended are lost, which needs a reason. */
    private void settle() {
        String why = excuse != null ? excuse : target.mayLose() ? "the server stopped" : null;
        if (why == null && cut) {
            why = "the connection was cut";
        }
        for (Exchange exchange : exchanges.values()) {
            if (!exchange.hasEnded()) {
                exchange.lost(why);
            }
        }
        exchanges.clear();
    }

    private void pause(int most) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(most)); // a slow peer is what is played here
    }
}
