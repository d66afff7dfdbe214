package dev.fcgi.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The ways in which web servers run the guestbook. */
enum GuestbookHost {
    /** As a FastCGI program that lighttpd starts with the listening socket as fd 0. */
    LIGHTTPD(List.of(), Peer.LIGHTTPD) {
        @Override
        RunningGuestbook start(Path directory, Path entries) throws Exception {
            int port = Ports.free();
            Path configuration = Files.writeString(directory.resolve("lighttpd.conf"), """
                    server.bind = "127.0.0.1"
                    server.port = %d
                    server.document-root = "%s"
                    server.errorlog = "%2$s/errors"
                    server.upload-dirs = ("%2$s")
                    server.modules = ("mod_fastcgi")
                    fastcgi.server = ("/guestbook" => ((
                      "bin-path" => "%s",
                      "socket" => "%2$s/socket",
                      "max-procs" => 1,
                      "check-local" => "disable",
                      "bin-environment" => ("GUESTBOOK_DIR" => "%s")
                    )))
                    """.formatted(port, directory, Image.program("guestbook"), entries));
            return run(directory, port, Peer.LIGHTTPD, "-D", "-f", configuration.toString());
        }
    },
    /** As a FastCGI program that mod_fcgid starts with the listening socket as fd 0. */
    APACHE_FCGID(List.of("mpm_event", "authz_core", "alias", "fcgid"), Peer.APACHE, Peer.APACHE_FCGID) {
        @Override
        RunningGuestbook start(Path directory, Path entries) throws Exception {
            return apache(directory, """
                    FcgidIPCDir %1$s/fcgid
                    FcgidProcessTableFile %1$s/fcgid-processes
                    FcgidInitialEnv GUESTBOOK_DIR %2$s
                    FcgidMaxRequestLen 100000000
                    FcgidMaxProcesses 1
                    <Location /guestbook>
                      SetHandler fcgid-script
                    </Location>
                    """.formatted(directory, entries));
        }
    },
    /** As a plain CGI program of mod_cgid. */
    APACHE_CGID(List.of("mpm_event", "authz_core", "alias", "env", "cgid"), Peer.APACHE) {
        @Override
        RunningGuestbook start(Path directory, Path entries) throws Exception {
            return apache(directory, """
                    ScriptSock %s/cgid
                    <Location /guestbook>
                      SetHandler cgi-script
                      SetEnv GUESTBOOK_DIR %s
                    </Location>
                    """.formatted(directory, entries));
        }
    },
    /** As a FastCGI program that spawn-fcgi starts with the listening socket as fd 0. */
    SPAWN_FCGI(List.of(), Peer.NGINX, Peer.SPAWN_FCGI) {
        @Override
        RunningGuestbook start(Path directory, Path entries) throws Exception {
            return nginx(directory, entries, Image.program("guestbook"));
        }
    },
    /** As a plain CGI program of fcgiwrap. */
    FCGIWRAP(List.of(), Peer.NGINX, Peer.SPAWN_FCGI, Peer.FCGIWRAP) {
        @Override
        RunningGuestbook start(Path directory, Path entries) throws Exception {
            return nginx(directory, entries, Peer.FCGIWRAP.path());
        }
    };

    private static final String APACHE_MODULES = "/usr/lib/apache2/modules/mod_%s.so";

    private final List<String> modules;
    private final Peer[] peers;

    /**
     * Describes a host.
     *
     * @param modules of Apache
     */
    GuestbookHost(List<String> modules, Peer... peers) {
        this.modules = modules;
        this.peers = peers;
    }

    /**
     * Starts web server and guestbook.
     *
     * @param entries the directory for GUESTBOOK_DIR
     */
    abstract RunningGuestbook start(Path directory, Path entries) throws Exception;

    /** {@return whether everything is installed} */
    boolean isThere() {
        return Peer.areThere(peers);
    }

    void require() {
        Peer.require(peers);
    }

    /** Ends with SIGTERM as the JVM does by itself: spawn-fcgi has become the program. */
    static RunningGuestbook nginx(Path directory, Path entries, String program) throws Exception {
        Path socket = directory.resolve("socket");
        Daemon runner = Daemon.start(directory, Map.of(), directory.resolve("no log"), () -> Files.exists(socket),
                Peer.SPAWN_FCGI.path(), "-n", "-s", socket.toString(), "--", program);
        try {
            Nginx nginx = Nginx.start(directory, port -> """
                    server {
                      listen 127.0.0.1:%d;
                      location = /guestbook {
                        fastcgi_param REQUEST_METHOD $request_method;
                        fastcgi_param SCRIPT_NAME $fastcgi_script_name;
                        fastcgi_param SCRIPT_FILENAME %s;
                        fastcgi_param QUERY_STRING $query_string;
                        fastcgi_param REQUEST_URI $request_uri;
                        fastcgi_param CONTENT_TYPE $content_type;
                        fastcgi_param CONTENT_LENGTH $content_length;
                        fastcgi_param SERVER_PROTOCOL $server_protocol;
                        fastcgi_param GATEWAY_INTERFACE CGI/1.1;
                        fastcgi_param GUESTBOOK_DIR %s;
                        fastcgi_pass unix:%s;
                      }
                    }
                    """.formatted(port, Image.program("guestbook"), entries, socket));
            return RunningGuestbook.behind(nginx, runner);
        } catch (Throwable e) {
            runner.close();
            throw e;
        }
    }

    RunningGuestbook apache(Path directory, String configuration) throws Exception {
        int port = Ports.free();
        // As root, Apache runs its workers as another user, who may have no access to the image.
        Path image = directory.resolve("image");
        Image.copyTo(image);
        StringBuilder all = new StringBuilder("""
                ServerRoot %1$s
                DefaultRuntimeDir %1$s
                PidFile %1$s/pid
                ErrorLog %1$s/errors
                DocumentRoot %1$s
                Listen 127.0.0.1:%2$d
                ServerName 127.0.0.1
                User #65534
                Group #65534
                """.formatted(directory, port));
        for (String module : modules) {
            all.append("LoadModule ").append(module).append("_module ").append(APACHE_MODULES.formatted(module))
                    .append('\n');
        }
        all.append("""
                Alias /guestbook %1$s/bin/guestbook
                <Directory %1$s/bin>
                  Options ExecCGI
                </Directory>
                """.formatted(image)).append(configuration);
        Path file = Files.writeString(directory.resolve("apache.conf"), all);
        return run(directory, port, Peer.APACHE, "-f", file.toString(), "-DFOREGROUND");
    }

    private static RunningGuestbook run(Path directory, int port, Peer server, String... arguments)
            throws Exception {
        String[] command = Stream.concat(Stream.of(server.path()), Stream.of(arguments)).toArray(String[]::new);
        return RunningGuestbook.in(port, Daemon.start(directory, Map.of(), directory.resolve("errors"),
                () -> Daemon.listens(port), command));
    }
}
