package dev.fcgi;

/** Where handlers run: the two modes of a server, each with its own path through the connection. */
enum Mode {
    /** On the thread of the connection where possible. */
    DEFAULT,
    /** Always on another thread, so the reader keeps its role. */
    EXECUTOR;

    FcgiServer.Builder apply(FcgiServer.Builder builder) {
        return this == EXECUTOR ? builder.executor(Thread::startVirtualThread) : builder;
    }
}
