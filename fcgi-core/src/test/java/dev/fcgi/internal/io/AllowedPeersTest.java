package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may connect: the list of FCGI_WEB_SERVER_ADDRS. */
final class AllowedPeersTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "199.170.183.28,199.170.183.71 | 199.170.183.71 | true", // the example of FastCGI 3.2
        "199.170.183.28,199.170.183.71 | 199.170.183.72 | false", // FastCGI 3.2
        " 10.0.0.1 , 10.0.0.2 | 10.0.0.2 | true",
        "255.255.255.255,0.0.0.0 | 0.0.0.0 | true",
        "10.0.0.1 | ::1 | false",
        "::1 | ::1 | true", // FastCGI 3.2
        "::1 | ::2 | false",
        "2001:db8::1 | 2001:0db8:0:0::0001 | true",
        "::ffff:10.0.0.1 | 10.0.0.1 | true", // FastCGI 3.2, IPv4-mapped
        "10.0.0.1 | ::ffff:10.0.0.1 | true",
        "10.0.0.0/8 | 10.255.1.2 | true",
        "10.0.0.0/8 | 11.0.0.0 | false",
        "192.168.4.0/22 | 192.168.7.255 | true",
        "192.168.4.0/22 | 192.168.8.0 | false",
        "192.168.4.5/31 | 192.168.4.4 | true",
        "192.168.4.5/32 | 192.168.4.4 | false",
        "0.0.0.0/0 | 203.0.113.9 | true",
        "0.0.0.0/0 | ::1 | false",
        "2001:db8::/33 | 2001:db8:7fff::1 | true",
        "2001:db8::/33 | 2001:db8:8000::1 | false",
        "::/0 | fe80::1 | true",
        "unix | 127.0.0.1 | false"})
    void tcpPeersAreComparedByAddress(String list, String peer, boolean allowed) throws Exception {
        assertEquals(allowed, new AllowedPeers(list).test(new InetSocketAddress(InetAddress.getByName(peer), 5)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"127.0.0.1 | false", "0.0.0.0/0,::/0 | false", "unix | true",
        "127.0.0.1,unix | true"})
    void unixPeersNeedTheWord(String list, boolean allowed) { // FastCGI 3.2
        assertEquals(allowed, new AllowedPeers(list).test(UnixDomainSocketAddress.of("")));
        assertEquals(false, new AllowedPeers(list).test(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "10.0.0.1,", "10.0.0.1,,10.0.0.2", "256.0.0.1", "10.0.0", "10.0.0.1.1", "10.0.0.x",
        "localhost", "UNIX", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/", "10.0.0.1/8/8", "::1/129", "::g", ":::", "1:2",
        "010.0.0.1", "10.0.0.1;10.0.0.2", "10.0.0.1 10.0.0.2", "[::1]", "1", "0x7f.0.0.1", "::ffff:1.2.3.4/33"})
    void badEntriesAreErrors(String list) { // FastCGI 3.2
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new AllowedPeers(list));
        assertTrue(e.getMessage().contains("FCGI_WEB_SERVER_ADDRS=" + list), e.getMessage());
    }

    @Test
    void theMessageNamesTheMalformedEntry() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new AllowedPeers("10.0.0.1,bad.example"));
        assertTrue(e.getMessage().contains("\"bad.example\""), e.getMessage());
    }
}
