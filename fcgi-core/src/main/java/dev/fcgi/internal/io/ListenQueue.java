package dev.fcgi.internal.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The number of connections that wait in the kernel to be accepted. Linux reports it for TCP sockets, in files of
 * /proc.
 */
public final class ListenQueue {
    private static final String LISTEN = "0A";
    private static final int LONGEST = 4096;

    private ListenQueue() {}

    /** {@return how many wait at all of these addresses; 0 for Unix sockets and on other systems} */
    public static int length(List<SocketAddress> addresses) {
        return length(Path.of("/proc/net"), addresses);
    }

    static int length(Path directory, List<SocketAddress> addresses) {
        Set<String> wanted = new HashSet<>();
        for (SocketAddress address : addresses) {
            if (address instanceof InetSocketAddress internet && !internet.isUnresolved()) {
                add(wanted, internet);
            }
        }
        return wanted.isEmpty() ? 0 : sum(directory.resolve("tcp"), wanted) + sum(directory.resolve("tcp6"), wanted);
    }

    /**
     * Writes an address like the kernel: 32-bit words in the byte order of the machine, assumed to be little-endian.
     */
    private static void add(Set<String> wanted, InetSocketAddress internet) {
        InetAddress ip = internet.getAddress();
        String port = String.format(":%04X", internet.getPort());
        if (ip.isAnyLocalAddress()) {
            wanted.add("0".repeat(8) + port);
            wanted.add("0".repeat(32) + port);
        } else {
            wanted.add(hex(ip.getAddress()) + port);
            if (ip instanceof Inet4Address) { // a socket for both protocols
                wanted.add("0".repeat(16) + "FFFF0000" + hex(ip.getAddress()) + port);
            }
        }
    }

    private static String hex(byte[] address) {
        StringBuilder hex = new StringBuilder();
        for (int word = 0; word < address.length; word += 4) {
            for (int i = 3; i >= 0; i--) {
                hex.append(String.format(Locale.ROOT, "%02X", address[word + i]));
            }
        }
        return hex.toString();
    }

    //   sl  local_address rem_address   st tx_queue:rx_queue ...
    //    0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 ...
    private static int sum(Path file, Set<String> wanted) {
        int sum = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
            for (String line; (line = lines.readLine()) != null && line.length() < LONGEST; ) {
                String[] words = line.trim().split(" +", 6);
                if (words.length > 5 && words[3].equals(LISTEN) && wanted.contains(words[1])) {
                    sum += Integer.parseInt(words[4].substring(words[4].indexOf(':') + 1), 16);
                }
            }
        } catch (IOException | RuntimeException unknown) {
            return sum; // not Linux, or /proc is hidden
        }
        return sum;
    }
}
