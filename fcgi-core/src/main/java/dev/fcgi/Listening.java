package dev.fcgi;

import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.Listener;
import dev.fcgi.internal.io.Listeners;
import dev.fcgi.internal.io.UnixOptions;
import dev.fcgi.internal.server.Options;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where a server or an accept loop listens, as its builder collects it. */
final class Listening {
    private final List<Opening> openings = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private boolean inherits;
    int backlog = 1024;
    Set<PosixFilePermission> unixMode;
    String unixGroup;

    /** Opens one of the listeners. */
    @FunctionalInterface
    private interface Opening {
        Listener open(int backlog, UnixOptions unix) throws IOException;
    }

    Listening copy() {
        Listening copy = new Listening();
        copy.openings.addAll(openings);
        copy.names.addAll(names);
        copy.inherits = inherits;
        copy.backlog = backlog;
        copy.unixMode = unixMode;
        copy.unixGroup = unixGroup;
        return copy;
    }

    void add(String address) {
        if (address.equals("fd:0")) {
            addInherited();
        } else {
            bind(Address.parse(address));
        }
    }

    void add(SocketAddress address) {
        if (address instanceof InetSocketAddress internet
                && !internet.isUnresolved() && internet.getAddress().isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    address + " means all interfaces; to listen on them, call listenOnAllInterfaces("
                            + internet.getPort() + ")");
        }
        bind(address);
    }

    void add(int port) {
        bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    void addOnAllInterfaces(int port) {
        bind(new InetSocketAddress(port));
    }

    /** {@return the first address, in writing} */
    String name() {
        return names.isEmpty() ? "fcgi" : names.get(0);
    }

    private void bind(SocketAddress address) {
        names.add(Address.text(address));
        openings.add((length, unix) -> Listeners.bind(address, length, unix));
    }

    void add(ServerSocketChannel channel) {
        openings.add((length, unix) -> Listeners.adopt(channel));
    }

    void addInherited() {
        inherits = true;
        openings.add((length, unix) -> {
            Listener listener = Listeners.inherited();
            if (listener == null) {
                throw new IOException("file descriptor 0 is not a listening socket" + hint());
            }
            return listener;
        });
    }

    /**
     * {@return what to do about a socket that systemd has passed as another descriptor; empty when it has passed none}
     */
    private static String hint() {
        return leftElsewhere()
                ? "; systemd has passed one as 3 (LISTEN_FDS): set StandardInput=socket in its unit" : "";
    }

    private static boolean leftElsewhere() {
        return Long.toString(ProcessHandle.current().pid()).equals(System.getenv("LISTEN_PID"));
    }

    void requireAddress() {
        if (openings.isEmpty()) {
            throw new IllegalStateException("no address to listen on: call listen(...)");
        }
    }

    /** {@return whether a process manager was expected to pass a socket, and there is none: plain CGI} */
    boolean isPlainCgi() throws IOException {
        // plain CGI is never started with a socket beside it; opening it then reports what is wrong
        return inherits && openings.size() == 1 && Listeners.inherited() == null && !leftElsewhere();
    }

    /** Opens all or none; none if the rule for allowed peers cannot be enforced. */
    List<Listener> open(Options options) throws IOException {
        UnixOptions unix = new UnixOptions(unixMode, unixGroup);
        List<Listener> listeners = new ArrayList<>();
        try {
            for (Opening opening : openings) {
                listeners.add(opening.open(backlog, unix));
            }
            if (options.allowedUsers != null) {
                options.allowedUsers.resolve(listeners.stream().map(Listener::address).toList(),
                        options.addressesAreRuled);
            }
            return listeners;
        } catch (IOException | RuntimeException e) {
            listeners.forEach(Listener::close);
            throw e;
        }
    }
}
