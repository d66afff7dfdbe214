package dev.fcgi.internal.wire;

/**
 * The content of END_REQUEST (FastCGI 5.5).
 *
 * @param appStatus the status of the application
 * @param protocolStatus the number of the protocol status, which may be unknown
 */
public record EndRequestBody(int appStatus, int protocolStatus) {
    //  byte  0..3        4                5..7
    //      | appStatus | protocolStatus | reserved |

    public static EndRequestBody decode(long body) {
        return new EndRequestBody((int) (body >>> 32), (int) (body >>> 24) & 0xFF);
    }

    long encode() {
        return (long) appStatus << 32 | (long) protocolStatus << 24;
    }
}
