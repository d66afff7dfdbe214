package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Puts a program for the JDK's HTTP server behind a web server, unchanged: {@link HttpServer#create()} and its kind
 * give a {@link FcgiHttpServer} when the program is started with
 *
 * <pre>{@code
 * -Dcom.sun.net.httpserver.HttpServerProvider=dev.fcgi.httpserver.FcgiHttpServerProvider
 * -Ddev.fcgi.httpserver.listen.8080=unix:/run/app.sock
 * }</pre>
 *
 * <p>It is never used for any other reason. System properties, read when a server is bound, say where it listens:
 *
 * <dl>
 * <dt>{@code dev.fcgi.httpserver.listen.PORT}
 * <dd>an address as {@link dev.fcgi.FcgiServer.Builder#listen(String)} takes it, for the server whose program wants
 * {@code PORT} (0 for any free one). It is bound when the server starts, and {@link HttpServer#getAddress()} is what
 * the program has asked for. Without it a server listens for FastCGI on the port itself; where the program wants all
 * interfaces, on loopback only, since whoever can connect to a FastCGI server can say who they are:
 * {@code *:PORT} allows it
 * <dt>{@code dev.fcgi.httpserver.unixMode}
 * <dd>the mode of all socket files, such as {@code rw-rw----}; default: as the umask says
 * <dt>{@code dev.fcgi.httpserver.unixGroup}
 * <dd>the group of all socket files; default: that of the process
 * </dl>
 *
 * <p>Servers have the limits of {@link dev.fcgi.FcgiServer.Builder} with their defaults, but never interrupt a handler.
 * When the JVM is told to end, they stop first, with 10 seconds of grace.
 */
@SuppressWarnings("exports") // not transitive: who uses it requires jdk.httpserver, else it is not there at run time
public final class FcgiHttpServerProvider extends HttpServerProvider {
    /** For {@link HttpServerProvider#provider()}, and for programs that choose their provider themselves. */
    public FcgiHttpServerProvider() {
        // nothing to set
    }

    /**
     * Makes a server that is not started.
     *
     * @param address where the program wants it; null to {@linkplain HttpServer#bind bind} it later
     * @param backlog how many connections may wait in the kernel; 0 or less for 1024
     * @return a server
     * @throws IOException when the address cannot be bound, or a property cannot be read
     */
    @Override
    public HttpServer createHttpServer(InetSocketAddress address, int backlog) throws IOException {
        FcgiHttpServer server = new FcgiHttpServer();
        if (address != null) {
            server.bind(address, backlog);
        }
        return server;
    }

    /**
     * Makes a server that is not started, for what browsers send by TLS. The web server has the keys and must say
     * {@code HTTPS=on}; other requests are answered with 400.
     *
     * @param address where the program wants it; null to {@linkplain HttpServer#bind bind} it later
     * @param backlog how many connections may wait in the kernel; 0 or less for 1024
     * @return a server; what it is given as configurator has no effect
     * @throws IOException when the address cannot be bound, or a property cannot be read
     */
    @Override
    public HttpsServer createHttpsServer(InetSocketAddress address, int backlog) throws IOException {
        FcgiHttpsServer server = new FcgiHttpsServer();
        if (address != null) {
            server.bind(address, backlog);
        }
        return server;
    }
}
