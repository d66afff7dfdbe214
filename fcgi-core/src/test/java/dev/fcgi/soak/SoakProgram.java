package dev.fcgi.soak;

import dev.fcgi.internal.wire.LargeBuffers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The program that {@link SoakTest} starts and looks at from outside: servers, and peers of all kinds, for some seconds.
 *
 * <p>Prints "idle" after a short run of everything, and again after the long run; continues at a line of input.
 */
final class SoakProgram {
    private static final int RAW_PEERS = 6;
    private static final int CLIENT_PEERS = 6;
    private static final int WARM_UP_SECONDS = 3;

    private final Path directory;
    private final Ledger ledger = new Ledger();
    private final List<Thread> threads = new ArrayList<>();
    private int sockets;
    private volatile boolean over;
    /** Runs while there is traffic. */
    private Target[] lasting;
    /** Is stopped and replaced every other second. */
    private volatile Target passing;
    private ClientPeer[] clients;

    private SoakProgram(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
        int seconds = Integer.parseInt(args[1]);
        long seed = Long.parseLong(args[2]);
        SoakProgram program = new SoakProgram(Path.of(args[0]));
        try {
            program.run(new Random(seed), WARM_UP_SECONDS);
            program.idle();
            Thread.startVirtualThread(PinnedOnPurpose::load).join();
            program.run(new Random(seed), seconds);
            program.report(seconds);
            program.idle();
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1); // otherwise the peers would continue forever, and the cause would be lost
        }
    }

    /** Blocks its carrier on every JDK: the search for pinned threads must find this one. */
    static final class PinnedOnPurpose {
        static {
            LockSupport.parkNanos(20_000_000);
        }

        private PinnedOnPurpose() {}

        static void load() {}
    }

    private void idle() throws IOException {
        System.out.println("idle");
        System.in.read();
    }

    private void run(Random random, int seconds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        over = false;
        lasting = new Target[] {open(Target.Running.INLINE, random), open(Target.Running.VIRTUAL, random)};
        passing = open(Target.Running.POOL, random);
        clients = new ClientPeer[2 * ClientPeer.Manner.values().length];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new ClientPeer(lasting[i % 2], ledger, ClientPeer.Manner.values()[i / 2], random);
        }
        for (int i = 0; i < RAW_PEERS; i++) {
            // not on the carriers of the server
            start(Thread.ofPlatform(), new Random(random.nextLong()), this::playRaw);
        }
        for (int i = 0; i < CLIENT_PEERS; i++) {
            start(Thread.ofVirtual(), new Random(random.nextLong()), this::playClient);
        }
        while (System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2000));
            Target old = passing;
            passing = open(Target.Running.values()[random.nextInt(3)], random);
            old.stop(grace(random));
        }
        for (Target target : lasting) {
            target.stop(grace(random));
        }
        passing.stop(grace(random));
        over = true;
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofSeconds(100))) {
                ledger.violation("a peer does not end: " + List.of(thread.getStackTrace()));
            }
        }
        threads.clear();
        for (ClientPeer client : clients) {
            client.close();
        }
        lasting = null;
        passing = null;
        clients = null;
    }

    private static Duration grace(Random random) {
        return Duration.ofMillis(random.nextInt(3) * 1000L);
    }

    private Target open(Target.Running running, Random random) throws IOException {
        return Target.open(running, random, directory.resolve("s" + sockets++), ledger);
    }

    /** What a thread does again and again. */
    private interface Play {
        void play(Random random) throws Exception;
    }

    private void start(Thread.Builder builder, Random random, Play play) {
        threads.add(builder.start(() -> {
            while (!over) {
                try {
                    play.play(random);
                } catch (Throwable e) {
                    ledger.violation("a peer failed: " + e + " at " + List.of(e.getStackTrace()).subList(0, 3));
                }
            }
        }));
    }

    private Target anyTarget(Random random) {
        return random.nextInt(3) == 0 ? passing : lasting[random.nextInt(2)];
    }

    private void playRaw(Random random) throws Exception {
        new RawPeer(anyTarget(random), ledger, random).play();
    }

    private void playClient(Random random) {
        if (random.nextInt(20) > 0) {
            clients[random.nextInt(clients.length)].call(random);
            return;
        }
        ClientPeer.Manner manner = ClientPeer.Manner.values()[random.nextInt(3)];
        try (ClientPeer client = new ClientPeer(passing, ledger, manner, random)) {
            for (int i = random.nextInt(10); i >= 0; i--) {
                client.call(random);
            }
        }
    }

    /** Threads of clients may be on their last lines. */
    private void awaitAllGivenBack() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (LargeBuffers.lent() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(20_000_000);
        }
        if (LargeBuffers.lent() != 0) {
            ledger.violation(LargeBuffers.lent() + " large buffers are not given back");
        }
    }

    private void report(int seconds) {
        awaitAllGivenBack();
        ledger.close();
        ledger.counts().forEach((what, count) -> System.out.println("  " + what + ": " + count));
        ledger.violations().forEach(one -> System.out.println("VIOLATION " + one));
        System.out.println("soak: " + seconds + " s, " + ledger.summary());
    }
}
