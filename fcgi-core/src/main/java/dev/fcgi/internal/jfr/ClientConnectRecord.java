package dev.fcgi.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A client's attempt to connect, successful or not. */
@Name("dev.fcgi.ClientConnect")
@Label("FastCGI Client Connect")
@Description("A connection to a server was made, or could not be")
@Category("FastCGI")
@StackTrace(false)
public final class ClientConnectRecord extends Event {
    @Label("Connection")
    @Description("Its number; 0 when it was not made")
    public long connection;
    @Label("Peer")
    public String peer;
    @Label("Time")
    @Timespan
    public long time;
    @Label("Failure")
    public String failure;
}
