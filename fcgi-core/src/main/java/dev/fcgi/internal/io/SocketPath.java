package dev.fcgi.internal.io;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** The settings that CGI::Fast takes from the environment. */
public final class SocketPath {
    private static final int DEFAULT_BACKLOG = 100;
    /** From the lowest to the highest bit of a mode. */
    private static final PosixFilePermission[] BITS = {
        PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
    };

    private SocketPath() {}

    /** Parses FCGI_SOCKET_PATH: a path, {@code host:port}, or {@code :port} for all interfaces. */
    public static SocketAddress parse(String path) {
        if (path.indexOf('/') < 0 && path.indexOf(':') >= 0 && !path.startsWith("unix:")) {
            return path.matches(":\\d+") ? Address.parse("*" + path) : (InetSocketAddress) Address.parse(path);
        }
        if (path.matches("\\d+")) {
            // CGI::Fast creates a file of that name, which is hardly ever intended
            throw new IllegalArgumentException("FCGI_SOCKET_PATH=" + path + ": write :" + path + " for a port, or ./"
                    + path + " for a socket file");
        }
        if (path.startsWith("unix:") || path.contains("://")) {
            throw new IllegalArgumentException("FCGI_SOCKET_PATH=" + path + ": write only the path");
        }
        return (UnixDomainSocketAddress) Address.parse("unix:" + path);
    }

    /** Parses FCGI_LISTEN_QUEUE; null stands for 100. */
    public static int backlog(String text) {
        if (text == null || text.isEmpty()) {
            return DEFAULT_BACKLOG;
        }
        if (!text.matches("[1-9]\\d{0,6}")) {
            throw new IllegalArgumentException("FCGI_LISTEN_QUEUE=" + text + " is not a number of at least 1");
        }
        return Integer.parseInt(text);
    }

    /** Parses FCGI_SOCKET_PERM, an octal mode; null for null. */
    public static Set<PosixFilePermission> mode(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("FCGI_SOCKET_PERM=" + text + " is not an octal mode such as 0660");
        }
        int bits = Integer.parseInt(text, 8);
        Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.length; bit++) {
            if ((bits >> bit & 1) != 0) {
                mode.add(BITS[bit]);
            }
        }
        return mode;
    }
}
