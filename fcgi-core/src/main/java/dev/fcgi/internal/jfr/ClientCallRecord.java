package dev.fcgi.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A call of a client that has ended. */
@Name("dev.fcgi.ClientCall")
@Label("FastCGI Client Call")
@Description("A call is over: completed, refused, failed, timed out or aborted")
@Category("FastCGI")
@StackTrace(false)
public final class ClientCallRecord extends Event {
    @Label("Connection")
    public long connection;
    @Label("Request Id")
    public int id;
    @Label("Peer")
    public String peer;
    @Label("Role")
    public String role;
    @Label("Method")
    public String method;
    @Label("URI")
    public String uri;
    @Label("Outcome")
    public String outcome;
    @Label("Kind of Outcome")
    public String kind;
    @Label("Status")
    public int status;
    @Label("Application Status")
    public int appStatus;
    @Label("Connection Reused")
    public boolean reused;
    @Label("Sent Again")
    public boolean retried;
    @Label("Time")
    @Timespan
    public long time;
    @Label("Time to Connection")
    @Timespan
    public long connectTime;
    @Label("Time to First Byte")
    @Timespan
    public long firstByteTime;
    @Label("Bytes Out")
    @DataAmount
    public long bytesOut;
    @Label("Bytes In")
    @DataAmount
    public long bytesIn;
    @Label("Failure")
    public String failure;
}
