package dev.fcgi.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timestamp;

/** A connection of a client that was closed. */
@Name("dev.fcgi.ClientConnection")
@Label("FastCGI Client Connection")
@Category("FastCGI")
@StackTrace(false)
public final class ClientConnectionRecord extends Event {
    @Label("Number")
    public long number;
    @Label("Peer")
    public String peer;
    @Label("Calls")
    public long calls;
    @Label("Opened")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    public long opened;
    @Label("Reason of the Close")
    public String reason;
}
