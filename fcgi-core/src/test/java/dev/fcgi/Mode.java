package dev.fcgi;

/** Where handlers run: the two ways a server has, each with its own path through the connection. */
enum Mode {
    /** On the thread of the connection where possible. */
    DEFAULT,
    /** Always on another thread, so that the reader stays the reader. */
    EXECUTOR;

    FcgiServer.Builder apply(FcgiServer.Builder builder) {
        return this == EXECUTOR ? builder.executor(Thread::startVirtualThread) : builder;
    }
}
