package dev.fcgi.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** A request that has ended. */
@Name("dev.fcgi.Request")
@Label("FastCGI Request")
@Description("A request is over: completed, failed, aborted or refused")
final class RequestRecord extends AnyRequestRecord {
    @Label("Outcome")
    String outcome;
    @Label("Kind of Outcome")
    String kind;
    @Label("Status")
    int status;
    @Label("Application Status")
    int appStatus;
    @Label("Head Time")
    @Timespan
    long headTime;
    @Label("Bytes In")
    @DataAmount
    long bytesIn;
    @Label("Bytes Out")
    @DataAmount
    long bytesOut;
    @Label("Failure")
    String failure;
}
