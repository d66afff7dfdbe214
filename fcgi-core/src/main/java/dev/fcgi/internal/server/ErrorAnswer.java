package dev.fcgi.internal.server;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Responses of the library itself, including END_REQUEST, in one run of records. Web servers interpret a bare
 * OVERLOADED differently, from an empty 200 to waiting forever, but all of them pass on a 503.
 */
enum ErrorAnswer {
    INTERNAL_SERVER_ERROR("500 Internal Server Error", 1, ProtocolStatus.REQUEST_COMPLETE),
    UNAVAILABLE("503 Service Unavailable", 1, ProtocolStatus.REQUEST_COMPLETE),
    OVERLOADED("503 Service Unavailable", 0, ProtocolStatus.OVERLOADED);

    private final int status;
    private final byte[] head;
    private final byte[] bareHead;
    private final byte[] body;
    private final int appStatus;
    private final int protocolStatus;

    ErrorAnswer(String status, int appStatus, ProtocolStatus protocolStatus) {
        this.status = Integer.parseInt(status.substring(0, 3));
        this.body = (status + "\n").getBytes(StandardCharsets.US_ASCII);
        this.head = head(status, body.length);
        this.bareHead = head(status, 0);
        this.appStatus = appStatus;
        this.protocolStatus = protocolStatus.code();
    }

    private static byte[] head(String status, int length) {
        return ("Status: " + status + "\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Appends the refusal of a BEGIN_REQUEST, with an error page if a person may see it. */
    static void appendRefusal(RecordBuffer records, int requestId, ProtocolStatus status, Observation observation) {
        if (status == ProtocolStatus.OVERLOADED) {
            OVERLOADED.appendBareTo(records, requestId, observation); // it is not known yet whether it is a HEAD request
        } else {
            records.endRequest(requestId, 0, status.code());
        }
    }

    /** Appends a response that is valid for every method, because it declares that it has no body. */
    private void appendBareTo(RecordBuffer records, int requestId, Observation observation) {
        if (observation != null) {
            observation.answered(status, bareHead.length);
        }
        records.appendAll(Fcgi.STDOUT, requestId, bareHead, bareHead.length);
        records.endStream(Fcgi.STDOUT, requestId);
        records.endRequest(requestId, appStatus, protocolStatus);
    }

    /** Appends everything from the head to END_REQUEST. */
    void appendTo(RecordBuffer records, int requestId, boolean withBody, Observation observation) {
        appendStdout(records, requestId, withBody, observation);
        records.endRequest(requestId, appStatus, protocolStatus);
    }

    /** Appends all of STDOUT. */
    void appendStdout(RecordBuffer records, int requestId, boolean withBody, Observation observation) {
        if (observation != null) {
            observation.answered(status, head.length + (withBody ? body.length : 0));
        }
        records.appendAll(Fcgi.STDOUT, requestId, head, head.length);
        if (withBody) {
            records.append(Fcgi.STDOUT, requestId, body, 0, body.length);
        }
        records.endStream(Fcgi.STDOUT, requestId);
    }
}
