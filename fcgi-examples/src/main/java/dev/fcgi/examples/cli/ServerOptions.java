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

/** The server and its timeouts: the options of all commands that call a server. */
final class ServerOptions {
    @Parameters(index = "0", paramLabel = "ADDRESS",
            description = "The server: unix:/path/to.sock, host:port or [ipv6]:port.")
    String address;

    @Option(names = "--timeout", paramLabel = "TIME", order = 80,
            description = "How long a request may take: seconds, or with a unit (500ms, 2m). Default: ends after 60 seconds "
                    + "without any data.")
    private Duration timeout;

    @Option(names = "--connect-timeout", paramLabel = "TIME", defaultValue = "5", order = 81,
            description = "How long connecting may take. Default: ${DEFAULT-VALUE}.")
    private Duration connectTimeout;

    @Option(names = "--keep-alive", negatable = true, defaultValue = "true", fallbackValue = "true", order = 82,
            description = "Whether connections are kept for a second. Default: yes.")
    boolean keepAlive;

    /** A client for the server; a missing socket file is reported immediately, by name. */
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

    /** Sends a request; any failure other than of FastCGI means that no connection could be established. */
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
