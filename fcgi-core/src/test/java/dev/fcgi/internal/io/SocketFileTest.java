package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Fork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of a Unix socket, as others see it, from its creation to its removal. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SocketFileTest {
    @TempDir
    private Path directory;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private Path socket() {
        return directory.resolve("app.sock");
    }

    private Listener listen(String mode) throws IOException {
        return Listeners.bind(UnixDomainSocketAddress.of(socket()), 10, new UnixOptions(
                mode == null ? null : PosixFilePermissions.fromString(mode), null));
    }

    /** Leaves what a killed process leaves. */
    private static void leaveDeadSocket(Path path) throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)).close();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Repeated checks never find a socket without its mode, or an accessible path to one. */
    @Test
    void nobodyCanConnectBeforeTheModeIsSet() throws Exception {
        Set<String> seen = new ConcurrentSkipListSet<>();
        AtomicBoolean over = new AtomicBoolean();
        List<Future<?>> strangers = List.of(
                threads.submit(() -> {
                    while (!over.get()) {
                        for (String name : files()) {
                            look(directory.resolve(name), seen);
                        }
                    }
                    return null;
                }),
                threads.submit(() -> {
                    while (!over.get()) {
                        look(socket(), seen);
                    }
                    return null;
                }));
        for (int i = 0; i < 1000; i++) {
            listen("rw-------").close();
        }
        over.set(true);
        for (Future<?> stranger : strangers) {
            stranger.get();
        }
        seen.removeAll(Set.of("socket rw-------", "directory rwx------"));
        assertEquals(Set.of(), seen);
        assertEquals(List.of(), files());
    }

    private static void look(Path file, Set<String> seen) throws IOException {
        try {
            PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class);
            seen.add((found.isDirectory() ? "directory " : found.isOther() ? "socket " : "file ")
                    + PosixFilePermissions.toString(found.permissions()));
        } catch (NoSuchFileException gone) {
            // in between
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "rw-rw----")
    void ofManyThreadsAtOneDeadSocketOneListens(String mode) throws Exception {
        int starters = 4;
        for (int round = 0; round < 200; round++) {
            leaveDeadSocket(socket());
            CyclicBarrier begin = new CyclicBarrier(starters);
            List<Future<Listener>> started = new ArrayList<>();
            for (int i = 0; i < starters; i++) {
                started.add(threads.submit(() -> {
                    begin.await();
                    return listen(mode);
                }));
            }
            List<Listener> listening = new ArrayList<>();
            for (Future<Listener> one : started) {
                try {
                    listening.add(one.get());
                } catch (ExecutionException e) {
                    assertTrue(e.getMessage().contains("a process already listens there"), e.toString());
                }
            }
            assertEquals(1, listening.size(), "in round " + round);
            listening.get(0).close();
            assertEquals(List.of(), files());
        }
    }

    @Test
    void ofManyProcessesAtOneDeadSocketOneListens() throws Exception {
        List<Process> starters = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                starters.add(Fork.java(SocketStarter.class, List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"))
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start());
            }
            List<PrintStream> in = starters.stream().map(p -> new PrintStream(p.getOutputStream(), true)).toList();
            List<BufferedReader> out = starters.stream().map(Process::inputReader).toList();
            for (int round = 0; round < 300; round++) {
                leaveDeadSocket(socket());
                in.forEach(starter -> starter.println(socket()));
                List<String> answers = new ArrayList<>();
                for (BufferedReader starter : out) {
                    answers.add(starter.readLine());
                }
                assertTrue(answers.remove("listens"), answers.toString());
                for (String answer : answers) {
                    assertTrue(answer.endsWith(socket() + ": a process already listens there"), answer);
                }
                in.forEach(PrintStream::println);
                for (BufferedReader starter : out) {
                    assertEquals("ended", starter.readLine());
                }
            }
            in.forEach(PrintStream::close);
            for (Process starter : starters) {
                assertEquals(0, starter.waitFor());
            }
            assertEquals(List.of(), files());
        } finally {
            starters.forEach(Process::destroyForcibly);
        }
    }

    /** The remains of a process that was killed early do not keep the next one from starting. */
    @Test
    void whatAKilledStarterLeavesIsInNobodysWay() throws Exception {
        leaveDeadSocket(socket());
        Files.createFile(directory.resolve(".app.sock.lock"));
        leaveDeadSocket(Files.createDirectory(directory.resolve(".abcd")).resolve("s"));
        listen(null).close();
        assertEquals(List.of(".abcd"), files());
    }

    @Test
    void aLinkIsNotTouched() throws Exception {
        leaveDeadSocket(directory.resolve("other.sock"));
        for (String target : List.of("other.sock", "nowhere")) {
            Files.createSymbolicLink(socket(), Path.of(target));
            BindException e = assertThrows(BindException.class, () -> listen(null));
            assertTrue(e.getMessage().endsWith("the file exists and is not a socket"), e.getMessage());
            Files.delete(socket());
        }
        assertEquals(List.of("other.sock"), files());
    }

    /** However a program ends, it does not remove the socket of a successor. */
    @Test
    void theSocketOfASuccessorStays() throws Exception {
        for (boolean atOnce : new boolean[] {true, false}) {
            Listener old = listen(null);
            Files.delete(socket());
            Listener successor = listen(null);
            if (!atOnce) {
                old.stopAccepting();
            }
            old.close();
            assertThrows(IOException.class, () -> listen(null));
            SocketChannel.open(UnixDomainSocketAddress.of(socket())).close();
            successor.close();
            assertFalse(Files.exists(socket()));
        }
    }

    @Test
    void aPathThatNoPeerCouldConnectToIsAnError() throws Exception {
        int room = 106 - directory.toString().length() - 1;
        Path longest = directory.resolve("s".repeat(room));
        Listeners.bind(UnixDomainSocketAddress.of(longest), 1, new UnixOptions(null, null)).close();
        Path tooLong = directory.resolve("s".repeat(room + 1));
        BindException e = assertThrows(BindException.class,
                () -> Listeners.bind(UnixDomainSocketAddress.of(tooLong), 1, new UnixOptions(null, null)));
        assertTrue(e.getMessage().endsWith("the path is too long for a socket: 107 bytes instead of at most 106"),
                e.getMessage());
        Path deep = Files.createDirectories(directory.resolve("d".repeat(room - 3)));
        BindException noRoom = assertThrows(BindException.class, () -> Listeners.bind(
                UnixDomainSocketAddress.of(deep.resolve("s")), 1, new UnixOptions(null, null)));
        assertTrue(noRoom.getMessage().contains("too long for a socket"), noRoom.getMessage());
        Files.delete(deep);
        assertEquals(List.of(), files());
    }

    @Test
    void aMissingDirectoryIsNamed() {
        BindException e = assertThrows(BindException.class, () -> Listeners.bind(
                UnixDomainSocketAddress.of(directory.resolve("none/a")), 1, new UnixOptions(null, null)));
        assertTrue(e.getMessage().endsWith("there is no directory " + directory.resolve("none")), e.getMessage());
    }
}
