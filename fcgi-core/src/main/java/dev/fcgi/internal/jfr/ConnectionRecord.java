package dev.fcgi.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timestamp;

/** A connection that was closed. */
@Name("dev.fcgi.Connection")
@Label("FastCGI Connection")
@Category("FastCGI")
@StackTrace(false)
final class ConnectionRecord extends Event {
    @Label("Number")
    long number;
    @Label("Peer")
    String peer;
    @Label("User")
    String user;
    @Label("Requests")
    long requests;
    @Label("Opened")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    long opened;
    @Label("Refusal")
    String refusal;
}
