package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** fcgi of the image against playground of the image. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CliIT {
    @TempDir
    Path directory;

    private Child fcgi(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Image.program("fcgi")));
        command.addAll(List.of(arguments));
        return Child.start(directory, Map.of(), command.toArray(String[]::new));
    }

    private String output(int status, String... arguments) throws Exception {
        try (Child child = fcgi(arguments)) {
            assertEquals(status, child.exitStatus(), child.stderr());
            assertEquals("", child.complaints());
            return child.stdout();
        }
    }

    @Test
    void callValuesPingAndLoad() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address)) {
            assertEquals("hello\n", output(0, "call", address, "/hello"));
            assertEquals("not found\n", output(22, "call", address, "/none", "--fail"));
            assertTrue(output(0, "call", address, "/echo", "-d", "a=1", "--json").contains("\"body\":\"a=1\""));
            assertTrue(output(0, "values", address).contains("FCGI_MPXS_CONNS=1\n"));
            assertTrue(output(0, "ping", address, "--path", "/hello").startsWith("/hello: ok, "));
            String report = output(0, "load", address, "/hello", "-t", "1", "-w", "0", "-q", "-m", "2");
            assertTrue(report.endsWith("errors: none\n"), report);
            assertEquals(0, playground.stop());
        }
    }

    @Test
    void check() throws Exception {
        String report = output(0, "check", "unix:" + directory.resolve("s"), "3.3-id", "4", "5.3", "6", "--path", "/hello",
                "--echo", "/echo", "--exclude", "4.1-malformed", "--exclude", "6.2-stdin-before-params", "--strict", "--exec",
                "exec " + Image.program("playground") + " {addr}");
        assertTrue(report.endsWith(" 0 fail, 0 non-strict, 0 unimplemented\n"), report);
    }

    @Test
    void whatIsNotAsciiNeedsNoLocale() throws Exception {
        String address = "unix:" + directory.resolve("s");
        Path file = Files.writeString(directory.resolve("gr\u00fcn.txt"), "green \u00e9");
        for (String locale : LongRun.ASKED ? List.of("A=", "LC_ALL=C", "LC_ALL=POSIX", "LANG=C", "LC_CTYPE=C", "LC_ALL=C.UTF-8")
                : List.of("LC_ALL=C")) {
            try (Child server = Child.start(directory, Map.of(), "/usr/bin/env", "-i", locale,
                    Image.program("playground"), address);
                    PlaygroundProcess playground = PlaygroundProcess.ready(server, address)) {
                for (String body : List.of("\u00e9", "@" + file)) {
                    try (Child child = Child.start(directory, Map.of(), "/usr/bin/env", "-i", locale,
                            Image.program("fcgi"), "call", address, "/echo", "-d", body)) {
                        assertEquals(0, child.exitStatus(), child.stderr());
                        String expected = body.startsWith("@") ? "green \u00c3\u00a9" : "\u00c3\u00a9"; // UTF-8
                        assertEquals(expected, child.stdout(), locale);
                    }
                }
                assertEquals(0, playground.stop());
            }
        }
    }

    @Test
    void aFullDeviceAndAClosedPipeAreFailures() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address)) {
            for (String arguments : List.of("call $0 /hello", "call $0 /hello --json", "values $0", "completion",
                    "ping $0 --path /hello", "load $0 /hello -t 100ms -w 0 -q", "front $0 --listen 127.0.0.1:0",
                    "--help")) {
                try (Child child = Child.start(directory, Map.of(), "/bin/sh", "-c",
                        Image.program("fcgi") + " " + arguments + " >/dev/full", address)) {
                    assertEquals(1, child.exitStatus(), arguments);
                    assertTrue(child.stderr().matches("fcgi.*: cannot write to standard output: No space left.*\n"),
                            child.stderr());
                }
            }
            try (Child child = Child.start(directory, Map.of(), "/bin/sh", "-c",
                    "{ " + Image.program("fcgi") + " call $0 /big?n=100000000; echo status $? >&2; } | true", address)) {
                child.exitStatus();
                assertEquals("fcgi call: cannot write to standard output: Broken pipe\nstatus 1\n", child.stderr());
            }
            assertEquals(0, playground.stop());
        }
    }

    @Test
    void anInterruptedLoadPrintsWhatItHasMeasured() throws Exception {
        String address = "unix:" + directory.resolve("s");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address);
                Child load = fcgi("load", address, "/hello", "-t", "600", "-w", "0")) {
            Await.until("it measures", () -> load.stderr().contains("requests/s"));
            load.terminate(); // like Ctrl-C, which children of a background job do not get
            assertEquals(143, load.exitStatus());
            assertTrue(load.stdout().matches("(?s)[1-9]\\d* requests/s, .*latency:  50% .*errors: none\n"), load.stdout());
            assertEquals(0, playground.stop());
        }
    }

    @Test
    void pagesOfPhpFpm() throws Exception {
        Peer.require(Peer.PHP_FPM);
        try (PhpFpm fpm = PhpFpm.start(directory)) {
            String address = fpm.address();
            assertTrue(output(0, "ping", address, "--expect", "pong").startsWith("/ping: ok, "));
            assertTrue(output(0, "ping", address, "--path", "/ping?x", "--script", "/ping").startsWith("/ping?x: ok, "));
            String status = output(0, "ping", address, "--status", "/status", "--max-queue", "5");
            assertTrue(status.contains("\nlisten queue:"), status);
            status = output(0, "ping", address, "--status", "/status?json", "--max-queue", "5");
            assertTrue(status.contains("\"listen queue\":0"), status);
            try (Child top = fcgi("top", address)) {
                top.awaitOutput("limit reached");
                top.terminate();
                assertEquals(0, top.exitStatus(), top.stderr());
            }
            assertEquals(0, call(address, "/peer.php?what=x", "--script", fpm.script()));
            assertEquals(22, call(address, "/peer.php", "--fail")); // which has no SCRIPT_FILENAME
        }
    }

    private int call(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("call"));
        all.addAll(List.of(arguments));
        try (Child child = fcgi(all.toArray(String[]::new))) {
            return child.exitStatus();
        }
    }

    @Test
    void noServer() throws Exception {
        try (Child child = fcgi("call", "unix:" + directory.resolve("none"), "/")) {
            assertEquals(3, child.exitStatus());
            assertEquals("", child.stdout());
            assertTrue(child.stderr().matches("fcgi call: cannot connect to unix:.*\n"), child.stderr());
        }
    }

    @Test
    void helpVersionAndCompletion() throws Exception {
        assertTrue(output(0, "--help").contains("Exit status:"));
        assertTrue(output(0, "--version").matches("fcgi \\d.*, Java \\d.*\n"));
        assertTrue(output(0, "completion").startsWith("#!/usr/bin/env bash"));
    }
}
