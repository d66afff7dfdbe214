package dev.fcgi.internal.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;

/** A process that starts a listener at each path that it reads, prints the result, and closes it at the next line. */
final class SocketStarter {
    private SocketStarter() {}

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String path; (path = in.readLine()) != null; ) {
            Listener listener = null;
            try {
                listener = Listeners.bind(UnixDomainSocketAddress.of(path), 10, new UnixOptions(null, null));
                System.out.println("listens");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            in.readLine();
            if (listener != null) {
                listener.close();
            }
            System.out.println("ended");
        }
    }
}
