package dev.fcgi.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A handler that has been running for a long time. */
@Name("dev.fcgi.SlowRequest")
@Label("Slow FastCGI Request")
@Description("A handler has been at work for longer than slowRequestTime")
final class SlowRequestRecord extends AnyRequestRecord {
    @Label("Stack")
    @Description("Where the handler was")
    String stack;
}
