package dev.fcgi.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The fields of all events about requests. */
@Category("FastCGI")
@StackTrace(false)
abstract class AnyRequestRecord extends Event {
    @Label("Connection")
    long connection;
    @Label("Request Id")
    int id;
    @Label("Role")
    String role;
    @Label("Method")
    String method;
    @Label("URI")
    String uri;
    @Label("Client")
    String client;
    @Label("Id of the Web Server")
    @Description("The id of the request in the web server's log, if it sends one")
    String webServerId;
    @Label("Time")
    @Timespan
    long time;
    @Label("Handler Time")
    @Timespan
    long handlerTime;
}
