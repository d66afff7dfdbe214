package dev.fcgi.examples.check;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A small web server and its browser, with one fault or none. It does not multiplex. */
final class BrokenWebServer implements Browser {
    /** How it uses connections. */
    enum Mode { CLOSING, KEEPING, ASKING_FOR_VALUES }

    private final WebServerFault fault;
    private final Mode mode;
    private final Supplier<String> address;
    private final Deque<SocketChannel> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicBoolean several = new AtomicBoolean();
    private final AtomicReference<Output> last = new AtomicReference<>();

    BrokenWebServer(WebServerFault fault, Mode mode, Supplier<String> address) {
        this.fault = fault;
        this.mode = mode;
        this.address = address;
    }

    boolean has(WebServerFault one) {
        return fault == one;
    }

    WebServerFault fault() {
        return fault;
    }

    boolean keeps() {
        return mode != Mode.CLOSING;
    }

    boolean asksForValues() {
        return mode == Mode.ASKING_FOR_VALUES;
    }

    @Override
    public boolean hasBodies() {
        return true;
    }

    @Override
    public Future<Output> ask(String id, byte[] body) {
        BrokenExchange exchange = new BrokenExchange(this, id, body);
        CompletableFuture<Output> output = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                exchange.cancel();
                return super.cancel(mayInterruptIfRunning);
            }
        };
        if (active.incrementAndGet() > 1) {
            several.set(true);
        }
        Thread.startVirtualThread(() -> {
            try {
                Output own = exchange.run();
                Output first = several.get() ? last.getAndSet(own) : null;
                if (own != null) {
                    output.complete(first != null && has(WebServerFault.SOMEBODY_ELSES) ? first : own);
                }
            } catch (Throwable e) {
                output.completeExceptionally(e);
            } finally {
                if (active.decrementAndGet() == 0) {
                    several.set(false);
                    last.set(null);
                }
            }
        });
        return output;
    }

    /** {@return a connection that is kept and can be used, or null} */
    SocketChannel kept() throws IOException {
        for (SocketChannel channel; (channel = idle.poll()) != null; ) {
            if (has(WebServerFault.READS_ON) || has(WebServerFault.USES_WHAT_IS_CLOSED)
                    || !BrokenExchange.isReadable(channel, 0)) {
                return channel;
            }
            channel.close(); // it has ended, or something comes that nobody has asked for
        }
        return null;
    }

    SocketChannel connect() throws IOException {
        String[] parts = address.get().split(":");
        return SocketChannel.open(new InetSocketAddress(parts[0], Integer.parseInt(parts[1])));
    }

    void keep(SocketChannel channel) {
        idle.push(channel);
    }
}
