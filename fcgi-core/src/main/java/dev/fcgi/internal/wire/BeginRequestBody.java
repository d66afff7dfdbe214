package dev.fcgi.internal.wire;

/**
 * The content of BEGIN_REQUEST (FastCGI 5.1).
 *
 * @param role the number of the role, which may be unknown
 * @param flags as in the record
 */
public record BeginRequestBody(int role, int flags) {
    //  byte  0..1   2       3..7
    //      | role | flags | reserved |

    public static BeginRequestBody decode(long body) {
        return new BeginRequestBody((int) (body >>> 48), (int) (body >>> 40) & 0xFF);
    }

    long encode() {
        return (long) role << 48 | (long) flags << 40;
    }

    public boolean keepConn() {
        return (flags & Fcgi.KEEP_CONN) != 0;
    }
}
