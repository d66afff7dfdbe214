package dev.fcgi.examples.cli;

import dev.fcgi.FcgiException;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which server, and how long it may take: what all commands that call one have in common. */
final class ServerOptions {
    @Parameters(index = "0", paramLabel = "ADDRESS",
            description = "The server: unix:/path/to.sock, host:port or [ipv6]:port.")
    String address;

    @Option(names = "--timeout", paramLabel = "TIME", order = 80,
            description = "How long a request may take: seconds, or with a unit (500ms, 2m). Default: 60 seconds "
                    + "without a sign of life.")
    private Duration timeout;

    @Option(names = "--connect-timeout", paramLabel = "TIME", defaultValue = "5", order = 81,
            description = "How long connecting may take. Default: ${DEFAULT-VALUE}.")
    private Duration connectTimeout;

    @Option(names = "--keep-alive", negatable = true, defaultValue = "true", fallbackValue = "true", order = 82,
            description = "Whether connections are kept, for a second. Default: they are.")
    boolean keepAlive;

    /** A client of the server; a socket that is not there is told at once and by name. */
    FcgiClient.Builder client() throws Failure {
        if (address.startsWith("unix:/") && !Files.exists(Path.of(address.substring(5)))) {
            throw new Failure(ExitStatus.CANNOT_CONNECT, "cannot connect to " + address + ": no such socket");
        }
        FcgiClient.Builder builder = FcgiClient.builder().address(address).connectTimeout(connectTimeout)
                .keepAlive(keepAlive);
        if (timeout != null) {
            builder.requestTimeout(timeout).firstByteTimeout(timeout).readTimeout(timeout)
                    .writeTimeout(timeout);
            if (!timeout.isZero()) {
                builder.valuesTimeout(timeout);
            }
        }
        return builder;
    }

    /** Sends a request; what is no failure of FastCGI is a connection that could not be made. */
    static ClientResponse send(FcgiClient client, ClientRequest request) throws IOException, Failure {
        try {
            return client.send(request);
        } catch (FcgiException e) {
            throw e;
        } catch (IOException e) {
            throw new Failure(ExitStatus.CANNOT_CONNECT, e.getMessage());
        }
    }
}
