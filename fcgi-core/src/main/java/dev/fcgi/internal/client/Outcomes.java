package dev.fcgi.internal.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.client.RequestTimeoutException.Limit;
import java.io.IOException;
import java.io.InterruptedIOException;

/** Determines the outcome of a call. */
final class Outcomes {
    private Outcomes() {}

    /** {@return the outcome of a response} */
    static CallOutcome of(ProtocolStatus status) {
        return switch (status) {
            case REQUEST_COMPLETE -> CallOutcome.COMPLETED;
            case OVERLOADED -> CallOutcome.OVERLOADED;
            case CANT_MPX_CONN -> CallOutcome.CANT_MPX_CONN;
            case UNKNOWN_ROLE -> CallOutcome.UNKNOWN_ROLE;
            case null -> CallOutcome.REFUSED;
        };
    }

    /** {@return the outcome of a timeout} */
    static CallOutcome of(Limit limit) {
        return switch (limit) {
            case CONNECT -> CallOutcome.CONNECT_TIMEOUT;
            case FIRST_BYTE -> CallOutcome.FIRST_BYTE_TIMEOUT;
            case READ -> CallOutcome.READ_TIMEOUT;
            case WRITE -> CallOutcome.WRITE_TIMEOUT;
            case REQUEST -> CallOutcome.REQUEST_TIMEOUT;
            case STALL -> CallOutcome.STALL_TIMEOUT;
        };
    }

    /**
     * {@return the outcome of a call that got no connection}
     *
     * @param connecting whether a connection was being opened, not only waited for
     */
    static CallOutcome of(Throwable failure, boolean connecting) {
        if (failure instanceof RequestTimeoutException) {
            return connecting ? CallOutcome.CONNECT_TIMEOUT : CallOutcome.POOL_TIMEOUT;
        }
        if (failure instanceof InterruptedIOException) {
            return CallOutcome.INTERRUPTED;
        }
        if (failure instanceof ClientClosedException) {
            return CallOutcome.CLIENT_CLOSED;
        }
        return failure instanceof IOException ? CallOutcome.CONNECT_FAILED : CallOutcome.FAILED;
    }
}
