package dev.fcgi.examples;

import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.TestCase;
import dev.fcgi.examples.check.WebServerSubject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The web servers and clients for the conformance suite; the former with the files of docs/webservers. */
enum CheckedWebServer {
    NGINX("nginx", WebServer.NGINX, "%s -v 2>&1 | sed 's,.*nginx/,,'"),
    APACHE("mod_proxy_fcgi", WebServer.APACHE, "%s -v | sed -n 's,.*Apache/\\([^ ]*\\).*,\\1,p'"),
    APACHE_FCGID("mod_fcgid", WebServer.APACHE_FCGID, "dpkg-query -W -f '${Version}' libapache2-mod-fcgid", Peer.PERL),
    LIGHTTPD("lighttpd", WebServer.LIGHTTPD, "%s -v | sed 's,.*lighttpd/\\([^ ]*\\).*,\\1,'"),
    HAPROXY("HAProxy", WebServer.HAPROXY, "%s -v | sed -n 's,^HAProxy version \\([^ ]*\\).*,\\1,p'"),
    CADDY("Caddy", WebServer.CADDY, "%s version"),
    H2O("H2O", WebServer.H2O, "%s -v | sed -n 's,.*version \\(.*\\),\\1,p'"),
    CGI_FCGI("cgi-fcgi", null, "dpkg-query -W -f '${Version}' libfcgi-bin", Peer.CGI_FCGI),
    FCGI_CLIENT("FCGI::Client", null, "%s -MFCGI::Client -e 'print FCGI::Client->VERSION'", Peer.PERL,
            Peer.PERL_FCGI_CLIENT),
    FRONT("fcgi front", null, null),
    CALL("fcgi call", null, null);

    /** What a web server sends to a client that is not a FastCGI application. */
    private static final String VARIABLES = " SCRIPT_NAME=/{id} QUERY_STRING= SERVER_PROTOCOL=HTTP/1.1"
            + " GATEWAY_INTERFACE=CGI/1.1 SERVER_SOFTWARE=check SERVER_NAME=localhost SERVER_PORT=80 REMOTE_ADDR=127.0.0.1";

    private final String title;
    private final WebServer server;
    private final String version;
    private final Peer[] others;

    CheckedWebServer(String title, WebServer server, String version, Peer... others) {
        this.title = title;
        this.server = server;
        this.version = version;
        this.others = others;
    }

    @Override
    public String toString() {
        return title;
    }

    boolean isOurs() {
        return this == FRONT || this == CALL;
    }

    void require() {
        Peer.require(Peer.CURL);
        Peer.require(others);
        if (server != null) {
            Peer.require(server.peers());
        }
    }

    String version(Path directory) throws Exception {
        if (version == null) {
            return "";
        }
        String program = (server != null ? server.program() : others[0]).path();
        try (Child child = Child.start(directory, Map.of(), "/bin/sh", "-c", version.replace("%s", program))) {
            child.exitStatus();
            return child.stdout().strip();
        }
    }

    /** Runs the suite on it. */
    List<Result> check(Path directory, Duration timeout) throws Exception {
        if (server != null) {
            try (Site site = Site.prepare(server, directory)) {
                String url = site.uri("/").toString() + "{id}";
                return check(site.upstream(), curl(url), curl("--data-binary @- " + url), site.shellCommand(), timeout);
            }
        }
        String address = "unix:" + directory.resolve("s");
        String socket = directory.resolve("s").toString();
        switch (this) {
            case FRONT -> {
                String host = "127.0.0.1:" + Ports.free();
                String url = "http://" + host + "/{id}";
                return check(address, curl(url), curl("--data-binary @- " + url),
                        "exec " + Image.program("fcgi") + " front {addr} --listen " + host + " 2>/dev/null", timeout);
            }
            case CALL -> {
                String call = Image.program("fcgi") + " call " + address + " /{id} -i";
                return check(address, call, call + " -d @-", null, timeout);
            }
            case CGI_FCGI -> {
                String call = " " + Peer.CGI_FCGI.path() + " -bind -connect " + socket;
                return check(address, "env -i REQUEST_METHOD=GET" + VARIABLES + call + " </dev/null",
                        "cat >" + directory.resolve("body") + "; env -i REQUEST_METHOD=POST CONTENT_LENGTH=$(wc -c <"
                                + directory.resolve("body") + ")" + VARIABLES + call + " <" + directory.resolve("body"),
                        null, timeout);
            }
            default -> {
                String call = Peer.PERL.path() + " " + Resource.copy("check-client.pl", directory) + " " + socket + VARIABLES;
                return check(address, call + " REQUEST_METHOD=GET </dev/null", call + " REQUEST_METHOD=POST", null, timeout);
            }
        }
    }

    private static String curl(String arguments) {
        return Peer.CURL.path() + " -si " + arguments;
    }

    private static List<Result> check(String address, String drive, String post, String exec, Duration timeout)
            throws Exception {
        List<Result> results = new ArrayList<>();
        try (WebServerSubject subject = new WebServerSubject(address, drive, post, exec)) {
            Suite.WEB_SERVERS.run(subject, timeout, new Suite.Listener() {
                @Override
                public void begins(TestCase<?> testCase) {}

                @Override
                public void ended(Result result) {
                    results.add(result);
                }
            });
        }
        return results;
    }
}
