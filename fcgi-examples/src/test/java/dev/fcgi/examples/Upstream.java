package dev.fcgi.examples;

import java.io.IOException;
import java.nio.file.Path;

/** How nginx reaches the playgrounds. */
enum Upstream {
    UNIX(true, false),
    UNIX_KEPT(true, true),
    TCP(false, false),
    TCP_KEPT(false, true);

    private final boolean unix;
    private final boolean kept;

    Upstream(boolean unix, boolean kept) {
        this.unix = unix;
        this.kept = kept;
    }

    boolean isUnix() {
        return unix;
    }

    /** Whether nginx keeps connections. */
    boolean isKept() {
        return kept;
    }

    /** {@return a new address for a playground} */
    String address(Path directory, String name) throws IOException {
        return unix ? "unix:" + directory.resolve(this + "-" + name) : "127.0.0.1:" + Ports.free();
    }
}
