package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Foreign clients get correct responses. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FcgiClientsIT {
    private static final String STATUS = "Status: 200 OK\r\n";
    private static final String HEAD = "Content-Type: text/plain\r\n\r\n";

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "TCP"})
    void perlFcgiClient(Upstream kind) throws Exception {
        Peer.require(Peer.PERL, Peer.PERL_FCGI_CLIENT);
        String script = Resource.copy("fcgi-client.pl", directory);
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, kind.address(directory, "p"))) {
            String address = playground.address();
            perl(script, address, 0, answer("hello\n"), 0, 0, "SCRIPT_NAME=/hello");
            perl(script, address, 4, answer(Content.sum(b(4))), 0, 0, "SCRIPT_NAME=/sum", "REQUEST_METHOD=POST",
                    "CONTENT_LENGTH=4");
            perl(script, address, 200_000, answer(Content.sum(b(200_000))), 0, 0, "SCRIPT_NAME=/sum",
                    "REQUEST_METHOD=POST", "CONTENT_LENGTH=200000", "HTTP_LONG=*70000");
            String params = "HTTP_LONG=" + "v".repeat(70_000) + "\nSCRIPT_NAME=/params\n";
            perl(script, address, 0, STATUS + HEAD + params, 0, 0, "SCRIPT_NAME=/params", "HTTP_LONG=*70000");
            perl(script, address, 0, answer("ok\n"), 100_000, 0, "SCRIPT_NAME=/stderr", "QUERY_STRING=n=100000");
            perl(script, address, 0, answer("bye\n"), 0, 938, "SCRIPT_NAME=/exit", "QUERY_STRING=code=938");
            String million = new String(Content.pattern(1_000_000).readAllBytes(), StandardCharsets.US_ASCII);
            perl(script, address, 0, STATUS + "Content-Length: 1000000\r\n" + HEAD + million, 0, 0, "SCRIPT_NAME=/big",
                    "QUERY_STRING=n=1000000");
        }
    }

    private void perl(String script, String address, int body, String stdout, int stderr, int status, String... pairs)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(Peer.PERL.path(), script, address, Integer.toString(body)));
        command.addAll(Arrays.asList(pairs));
        try (Child client = Child.start(directory, Map.of(), command.toArray(String[]::new))) {
            assertEquals(0, client.exitStatus(), client.stderr());
            assertEquals(stdout, client.stdout());
            assertEquals("stderr " + stderr + "\nstatus " + status + "\n", client.stderr());
        }
    }

    /** What the playground writes for a body that fits its buffer. */
    private static String answer(String body) {
        return STATUS + "Content-Length: " + body.length() + "\r\n" + HEAD + body;
    }

    private static byte[] b(int length) {
        return "b".repeat(length).getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "TCP"})
    void cgiFcgi(Upstream kind) throws Exception {
        Peer.require(Peer.CGI_FCGI);
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, kind.address(directory, "p"))) {
            String address = playground.address();
            cgiFcgi(address, b(0), answer("hello\n"), 0, "SCRIPT_NAME", "/hello");
            cgiFcgi(address, b(5), answer(Content.sum(b(5))), 0, "SCRIPT_NAME", "/sum", "REQUEST_METHOD", "POST");
            // 70,000 bytes of value do not fit into the records of cgi-fcgi; 30,000 do
            cgiFcgi(address, b(200_000), answer(Content.sum(b(200_000))), 0, "SCRIPT_NAME", "/sum", "REQUEST_METHOD",
                    "POST", "HTTP_LONG", "v".repeat(30_000));
            cgiFcgi(address, b(0), answer("bye\n"), 3, "SCRIPT_NAME", "/exit", "QUERY_STRING", "code=3");
            assertEquals("e".repeat(1000), cgiFcgi(address, b(0), answer("ok\n"), 0, "SCRIPT_NAME", "/stderr",
                    "QUERY_STRING", "n=1000"));
        }
    }

    /** Returns what came on the error stream. */
    private String cgiFcgi(String address, byte[] body, String stdout, int status, String... pairs) throws Exception {
        Map<String, String> environment = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        if (body.length > 0) {
            environment.put("CONTENT_LENGTH", Integer.toString(body.length));
        }
        Path stdin = Files.write(directory.resolve("body"), body);
        String where = address.replaceFirst("^unix:", "");
        try (Child client = Child.start(directory, environment, stdin, Peer.CGI_FCGI.path(), "-bind", "-connect",
                where)) {
            assertEquals(status, client.exitStatus(), client.stderr());
            assertTrue(client.stdout().equals(stdout), client.stdout());
            return client.stderr();
        }
    }
}
