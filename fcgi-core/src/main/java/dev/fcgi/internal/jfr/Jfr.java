package dev.fcgi.internal.jfr;

import dev.fcgi.ServerListener;

/** The Java Flight Recorder, if this JVM has it. Otherwise none of its classes is loaded. */
public final class Jfr {
    private static final boolean AVAILABLE = isAvailable();

    private Jfr() {}

    private static boolean isAvailable() {
        try {
            Class.forName("jdk.jfr.FlightRecorder", false, null);
            return true;
        } catch (ClassNotFoundException noSuchModule) {
            return false;
        }
    }

    /** {@return whether it records any event of ours} */
    public static boolean isOn() {
        return AVAILABLE && FlightRecords.isOn();
    }

    public static ServerListener listener() {
        return FlightRecords.INSTANCE;
    }
}
