package dev.fcgi.internal.server;

import java.util.Arrays;

/** The thread of an accept loop, as seen by a shutdown hook. */
public final class LoopThread {
    private LoopThread() {}

    /** {@return whether the thread will not return to its loop: it has ended, or waits in System.exit for the hook} */
    public static boolean hasLeft(Thread loop) {
        return !loop.isAlive() || Arrays.stream(loop.getStackTrace()).anyMatch(LoopThread::isExit);
    }

    private static boolean isExit(StackTraceElement frame) {
        return frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit");
    }
}
