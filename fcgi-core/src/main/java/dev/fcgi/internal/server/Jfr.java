package dev.fcgi.internal.server;

import dev.fcgi.ServerListener;
import dev.fcgi.internal.jfr.FlightRecords;

/** The Java Flight Recorder, if this JVM has it. Touches nothing of it otherwise. */
final class Jfr {
    private static final boolean AVAILABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Jfr() {}

    /** {@return whether it records any event of ours} */
    static boolean isOn() {
        return AVAILABLE && FlightRecords.isOn();
    }

    static ServerListener listener() {
        return FlightRecords.INSTANCE;
    }
}
