package dev.fcgi.examples.cli;

import dev.fcgi.client.CallEvent;
import dev.fcgi.client.ClientConnectionEvent;
import dev.fcgi.client.ClientListener;
import dev.fcgi.client.CloseReason;
import dev.fcgi.client.FcgiClient;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Prints a line for each call and each connection, where {@code --verbose} asks for that. */
final class CallLog implements ClientListener {
    @Option(names = {"-v", "--verbose"}, order = 70,
            description = "Print a line for each connection and each call on standard error: how it went, and how long "
                    + "it took.")
    private boolean verbose;

    private PrintStream lines;

    /** {@return the client to be, which tells this listener, if that is asked for} */
    FcgiClient.Builder watch(FcgiClient.Builder client, PrintStream stream) {
        lines = stream;
        return verbose ? client.listener(this) : client;
    }

    private void line(String format, Object... arguments) {
        lines.println(String.format(Locale.ROOT, format, arguments));
    }

    @Override
    public void connectionOpened(ClientConnectionEvent connection) {
        line("connection %d: made to %s in %s", connection.number(), connection.peer(), millis(connection.connectTime()));
    }

    @Override
    public void connectFailed(ClientConnectionEvent connection) {
        line("no connection, after %s: %s", millis(connection.connectTime()), connection.failure().getMessage());
    }

    @Override
    public void connectionClosed(ClientConnectionEvent connection) {
        if (connection.reason() != CloseReason.CLIENT_CLOSED) { // the end of the program
            line("connection %d: closed after %d calls: %s", connection.number(), connection.calls(), connection.reason());
        }
    }

    @Override
    public void callRetried(CallEvent call) {
        line("%s %s: connection %d was closed, sent again", call.method(), printable(call.uri()), call.connection());
    }

    @Override
    public void callEnded(CallEvent call) {
        line("%s %s: %s%s in %s, first byte after %s%s", call.method(), printable(call.uri()), call.outcome(),
                call.status() == 0 ? "" : ", status " + call.status(), millis(call.time()), millis(call.firstByteTime()),
                call.connection() == 0 ? "" : ", connection " + call.connection() + (call.reused() ? " (kept)" : ""));
    }

    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }
}
