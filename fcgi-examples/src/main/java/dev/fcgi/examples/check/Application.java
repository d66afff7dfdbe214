package dev.fcgi.examples.check;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/** The application, as seen by a case. */
public final class Application {
    private final ApplicationSubject subject;
    private final Trial trial;

    Application(ApplicationSubject subject, Trial trial) {
        this.subject = subject;
        this.trial = trial;
    }

    Trial trial() {
        return trial;
    }

    Page page() {
        return subject.page();
    }

    /** Declares which features the case needs besides the one it tests. */
    Application needs(Ability... abilities) {
        for (Ability ability : abilities) {
            if (!subject.has(ability, trial.timeout())) {
                throw ability.missing();
            }
        }
        return this;
    }

    /** A connection for requests of the page. */
    ToApplication connect() {
        return connect(subject.page());
    }

    /** A connection for requests of the page that returns the body of the request. */
    ToApplication connectToEcho() {
        if (subject.echo() == null) {
            throw Judgement.unimplemented("it needs --echo");
        }
        return connect(subject.echo());
    }

    private ToApplication connect(Page page) {
        try {
            return new ToApplication(trial, open(subject.address()), page);
        } catch (IOException e) {
            throw Judgement.unmet("cannot connect: " + e.getMessage());
        }
    }

    static SocketChannel open(String address) throws IOException {
        boolean unix = address.startsWith("unix:");
        int colon = address.lastIndexOf(':');
        SocketAddress target = unix
                ? UnixDomainSocketAddress.of(address.substring(5))
                : new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        try {
            channel.connect(target);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
