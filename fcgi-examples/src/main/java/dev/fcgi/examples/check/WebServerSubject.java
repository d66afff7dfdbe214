package dev.fcgi.examples.check;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** A web server or client under test; the suite is its application. */
public final class WebServerSubject implements Subject<WebServer> {
    private final String address;
    private final Browser browser;
    private final Program program;
    private final AtomicInteger visits = new AtomicInteger();
    /** Null before the start. */
    private Listener listener;
    private boolean isPlain;

    /**
     * Creates it.
     *
     * @param address the address to listen at, {@code unix:/path} or {@code host:port}
     * @param get a command that requests the page {id} from the web server
     * @param post the same with a body, which it reads from its standard input, or null
     * @param command a command that starts the web server, or null
     */
    public WebServerSubject(String address, String get, String post, String command) {
        this(address, new Drive(get, post), command);
    }

    WebServerSubject(String address, Browser browser, String command) {
        this.address = address;
        this.browser = browser;
        this.program = command == null ? null : new Program(command.replace("{addr}", address));
    }

    /** {@return where it listens, with the port that was chosen for port 0} */
    String address() {
        return listener.address();
    }

    Browser browser() {
        return browser;
    }

    /** {@return whether it passes on STDOUT without interpreting the response} */
    boolean isPlain() {
        return isPlain;
    }

    /** {@return a connection from the web server, or null when none is waiting} */
    SocketChannel accept() throws IOException {
        return listener.accept();
    }

    int nextVisit() {
        return visits.incrementAndGet();
    }

    @Override
    public Class<WebServer> type() {
        return WebServer.class;
    }

    /** Listens, which a web server may wait for, and starts it. */
    @Override
    public boolean start() throws IOException {
        if (listener == null) {
            listener = Listener.bind(address);
        }
        if (program == null) {
            return false;
        }
        program.close();
        program.start();
        return true;
    }

    @Override
    public WebServer of(Trial trial) {
        try {
            for (SocketChannel late; (late = listener.accept()) != null; ) {
                late.close(); // it belongs to the previous case
            }
        } catch (IOException e) {
            throw Judgement.unmet("cannot accept: " + e.getMessage());
        }
        return new WebServer(this, trial);
    }

    @Override
    public void look(Trial trial) {
        Answer answer = of(trial).visit().page().end().expectPage();
        isPlain = answer.output().startsWith(Visit.HEAD);
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
        if (listener != null) {
            listener.close();
        }
    }
}
