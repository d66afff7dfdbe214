package dev.fcgi.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** An nginx with its own prefix and configuration, and one worker. */
final class Nginx implements AutoCloseable {
    private static final String CONFIGURATION = """
            daemon off;
            worker_processes 1;
            user root;
            pid nginx.pid;
            error_log error.log info;
            events { worker_connections 2048; }
            http {
              access_log off;
              client_body_temp_path body;
              fastcgi_temp_path answers;
              client_max_body_size 0;
            %s
            }
            """;
    private static final String PLAYGROUND = """
            upstream playground {
            %s
            }
            server {
              listen 127.0.0.1:%d;
              server_name playground.test;
              fastcgi_param REQUEST_METHOD $request_method;
              fastcgi_param SCRIPT_NAME $fastcgi_script_name;
              fastcgi_param QUERY_STRING $query_string;
              fastcgi_param REQUEST_URI $request_uri;
              fastcgi_param CONTENT_TYPE $content_type;
              fastcgi_param CONTENT_LENGTH $content_length;
              fastcgi_param SERVER_PROTOCOL $server_protocol;
              fastcgi_param SERVER_NAME $server_name;
              fastcgi_param REMOTE_ADDR $remote_addr;
              fastcgi_param GATEWAY_INTERFACE CGI/1.1;
              fastcgi_keep_conn %s;
              fastcgi_next_upstream error timeout;
              fastcgi_read_timeout 20s;
              location / { fastcgi_pass playground; }
              location = /echo {
                fastcgi_request_buffering off;
                fastcgi_buffering off;
                fastcgi_pass playground;
              }
              location /unbuffered/ {
                rewrite ^/unbuffered(/.*)$ $1 break;
                fastcgi_buffering off;
                fastcgi_pass playground;
              }
            }
            """;

    private final Daemon daemon;
    private final int port;

    private Nginx(Daemon daemon, int port) {
        this.daemon = daemon;
        this.port = port;
    }

    /**
     * Starts it in front of playgrounds.
     *
     * @param keep whether connections to the playgrounds are kept
     */
    static Nginx start(Path directory, boolean keep, List<String> playgrounds) throws Exception {
        // max_fails=0: a server that was briefly unavailable is used again
        String upstream = playgrounds.stream()
                .map(address -> "    server " + address + " max_fails=0;\n")
                .collect(Collectors.joining()) + (keep ? "    keepalive 16;" : "");
        return start(directory, port -> PLAYGROUND.formatted(upstream, port, keep ? "on" : "off"));
    }

    /**
     * Starts it with other servers.
     *
     * @param servers makes the content of the http block, for a port to listen on
     */
    static Nginx start(Path directory, IntFunction<String> servers) throws Exception {
        int port = Ports.free();
        SocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
        return new Nginx(start(directory, List.of(), address, servers.apply(port)), port);
    }

    /**
     * Starts it anywhere.
     *
     * @param enter a command to start it with, for another network; may be empty
     * @param address where it listens by the content of the http block
     */
    static Daemon start(Path directory, List<String> enter, SocketAddress address, String servers) throws Exception {
        Path prefix = Files.createTempDirectory(directory, "nginx");
        Path configuration = prefix.resolve("nginx.conf");
        Path log = prefix.resolve("error.log");
        Files.writeString(configuration, CONFIGURATION.formatted(servers));
        List<String> command = new ArrayList<>(enter);
        command.addAll(List.of(Peer.NGINX.path(), "-e", log.toString(), "-p", prefix.toString(), "-c",
                configuration.toString()));
        return Daemon.start(prefix, Map.of(), log, () -> Daemon.listens(address), command.toArray(String[]::new));
    }

    URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port + pathAndQuery);
    }

    /** A raw connection, for requests that an HTTP client would not send. */
    Socket socket() throws IOException {
        return new Socket(InetAddress.getByName("127.0.0.1"), port);
    }

    /** The error log. */
    String errors() throws IOException {
        return daemon.log();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
