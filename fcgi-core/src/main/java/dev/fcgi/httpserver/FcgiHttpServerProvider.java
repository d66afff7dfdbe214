package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Puts a program for the JDK's HTTP server behind a web server, unchanged: {@link HttpServer#create()} and similar
 * methods return a {@link FcgiHttpServer} when the program is started with
 *
 * <pre>{@code
 * -Dcom.sun.net.httpserver.HttpServerProvider=dev.fcgi.httpserver.FcgiHttpServerProvider
 * -Ddev.fcgi.httpserver.listen.8080=unix:/run/app.sock
 * }</pre>
 *
 * <p>It is never used unless that property is set. System properties, read when a server is bound, determine where it
 * listens:
 *
 * <dl>
 * <dt>{@code dev.fcgi.httpserver.listen.PORT}
 * <dd>an address in a form of {@link dev.fcgi.FcgiServer.Builder#listen(String)}, for the server for which the program
 * asks for {@code PORT} (0 for any free one). It is bound when the server starts, and {@link HttpServer#getAddress()}
 * returns the address that the program has asked for. Without this property a server listens for FastCGI on the port
 * itself. If the program asks for all interfaces, it listens on loopback only, because anyone who can connect to a
 * FastCGI server can pretend to be any user; the value {@code *:PORT} allows all interfaces
 * <dt>{@code dev.fcgi.httpserver.unixMode}
 * <dd>the mode of all socket files, such as {@code rw-rw----}; default: determined by the umask
 * <dt>{@code dev.fcgi.httpserver.unixGroup}
 * <dd>the group of all socket files; default: that of the process
 * </dl>
 *
 * <p>Servers have the limits of {@link dev.fcgi.FcgiServer.Builder} with their defaults, but never interrupt a handler.
 * When the JVM shuts down, they stop first, with a grace period of 10 seconds.
 */
@SuppressWarnings("exports") // not transitive: who uses it requires jdk.httpserver, else it is not there at run time
public final class FcgiHttpServerProvider extends HttpServerProvider {
    /** Called by {@link HttpServerProvider#provider()}, and by programs that choose their provider themselves. */
    public FcgiHttpServerProvider() {
        // nothing to set
    }

    /**
     * Creates a server that is not started.
     *
     * @param address where the program wants it; null to {@linkplain HttpServer#bind bind} it later
     * @param backlog how many connections may wait in the kernel; 0 or less for 1024
     * @return a server
     * @throws IOException when the address cannot be bound, or a property is malformed
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
     * Creates a server that is not started, for requests that browsers send by TLS. The web server has the keys and
     * must send {@code HTTPS=on}; the response to other requests is 400.
     *
     * @param address where the program wants it; null to {@linkplain HttpServer#bind bind} it later
     * @param backlog how many connections may wait in the kernel; 0 or less for 1024
     * @return a server; setting a configurator has no effect
     * @throws IOException when the address cannot be bound, or a property is malformed
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
