package dev.fcgi.examples;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The web servers of the suite, each with its file in docs/webservers and what a test changes in it. */
enum WebServer {
    NGINX("nginx", "nginx.conf", Place.UNIX),
    NGINX_STREAMING("nginx, streaming", "nginx.conf", Place.UNIX,
            "fastcgi_buffering on;", "fastcgi_buffering off;",
            "fastcgi_request_buffering on;", "fastcgi_request_buffering off;"),
    NGINX_CLOSING("nginx, TCP, closing", "nginx.conf", Place.TCP,
            "fastcgi_keep_conn on;", "fastcgi_keep_conn off;", "    keepalive 16;", "    #"),
    NGINX_CLOSING_STREAMING("nginx, TCP, closing, streaming", "nginx.conf", Place.TCP,
            "fastcgi_keep_conn on;", "fastcgi_keep_conn off;", "    keepalive 16;", "    #",
            "fastcgi_buffering on;", "fastcgi_buffering off;",
            "fastcgi_request_buffering on;", "fastcgi_request_buffering off;"),
    APACHE("Apache", "apache.conf", Place.UNIX),
    APACHE_REUSING("Apache, enablereuse", "apache.conf", Place.UNIX, "enablereuse=off", "enablereuse=on"),
    APACHE_TCP("Apache, TCP", "apache.conf", Place.TCP),
    APACHE_TCP_REUSING("Apache, TCP, enablereuse", "apache.conf", Place.TCP, "enablereuse=off", "enablereuse=on"),
    APACHE_FCGID("Apache, mod_fcgid", "apache-fcgid.conf", Place.STARTED),
    APACHE_AUTHORIZER("Apache, mod_authnz_fcgi", "apache-authorizer.conf", Place.TCP),
    LIGHTTPD("lighttpd", "lighttpd.conf", Place.UNIX),
    LIGHTTPD_BUFFERING("lighttpd, TCP, buffering", "lighttpd.conf", Place.TCP,
            "server.stream-response-body = 2", "server.stream-response-body = 0"),
    LIGHTTPD_BIN_PATH("lighttpd, bin-path", "lighttpd-bin-path.conf", Place.STARTED),
    LIGHTTPD_AUTHORIZER("lighttpd, authorizer", "lighttpd-authorizer.conf", Place.UNIX),
    HAPROXY("HAProxy, mpxs-conns", "haproxy.cfg", Place.UNIX),
    HAPROXY_SINGLE("HAProxy, TCP, one at a time", "haproxy.cfg", Place.TCP,
            "  option get-values", "  #", "  option mpxs-conns", "  #"),
    CADDY("Caddy", "Caddyfile", Place.UNIX),
    H2O("H2O", "h2o.conf", Place.UNIX);

    static final Set<WebServer> NGINXES = Set.of(NGINX, NGINX_STREAMING, NGINX_CLOSING, NGINX_CLOSING_STREAMING);
    static final Set<WebServer> PROXY_FCGI = Set.of(APACHE, APACHE_REUSING, APACHE_TCP, APACHE_TCP_REUSING);
    static final Set<WebServer> STARTERS = Set.of(APACHE_FCGID, LIGHTTPD_BIN_PATH);
    static final Set<WebServer> APACHES =
            Set.of(APACHE, APACHE_REUSING, APACHE_TCP, APACHE_TCP_REUSING, APACHE_FCGID);
    static final Set<WebServer> LIGHTTPDS = Set.of(LIGHTTPD, LIGHTTPD_BUFFERING, LIGHTTPD_BIN_PATH);
    static final Set<WebServer> HAPROXIES = Set.of(HAPROXY, HAPROXY_SINGLE);
    static final Set<WebServer> COLLECT_REQUESTS = EnumSet.of(NGINX, NGINX_CLOSING, APACHE, APACHE_REUSING, APACHE_TCP,
            APACHE_TCP_REUSING, APACHE_FCGID, LIGHTTPD, LIGHTTPD_BUFFERING, LIGHTTPD_BIN_PATH, H2O);
    static final Set<WebServer> COLLECT_RESPONSES = EnumSet.of(NGINX, NGINX_CLOSING, APACHE_FCGID, LIGHTTPD_BUFFERING);
    static final Set<WebServer> OTHERS_THAN_NGINX = EnumSet.complementOf(EnumSet.copyOf(NGINXES));

    /** Where the application is. */
    enum Place { UNIX, TCP, /** The web server starts it. */ STARTED }

    private final String title;
    private final String file;
    private final Place place;
    private final List<String> changes;

    /**
     * Describes a web server.
     *
     * @param changes pairs of texts: the text in the file, and its replacement
     */
    WebServer(String title, String file, Place place, String... changes) {
        this.title = title;
        this.file = file;
        this.place = place;
        this.changes = List.of(changes);
    }

    /** {@return the name of its file in docs/webservers} */
    String file() {
        return file;
    }

    Place place() {
        return place;
    }

    /** {@return whether it asks an Authorizer first, and then the Responder} */
    boolean hasAuthorizer() {
        return this == APACHE_AUTHORIZER || this == LIGHTTPD_AUTHORIZER;
    }

    /** {@return the program} */
    Peer program() {
        return switch (file) {
            case "nginx.conf" -> Peer.NGINX;
            case "apache.conf", "apache-fcgid.conf", "apache-authorizer.conf" -> Peer.APACHE;
            case "haproxy.cfg" -> Peer.HAPROXY;
            case "Caddyfile" -> Peer.CADDY;
            case "h2o.conf" -> Peer.H2O;
            default -> Peer.LIGHTTPD;
        };
    }

    /** {@return the program, and what else it needs} */
    Peer[] peers() {
        return this == APACHE_FCGID ? new Peer[] {Peer.APACHE, Peer.APACHE_FCGID} : new Peer[] {program()};
    }

    /** {@return the arguments that run it in the foreground} */
    List<String> arguments(String configuration) {
        return switch (program()) {
            case NGINX -> List.of("-c", configuration);
            case APACHE -> List.of("-f", configuration, "-DFOREGROUND");
            case HAPROXY -> List.of("-W", "-db", "-f", configuration);
            case CADDY -> List.of("run", "--config", configuration, "--adapter", "caddyfile");
            case H2O -> List.of("-m", "worker", "-c", configuration);
            default -> List.of("-D", "-f", configuration);
        };
    }

    /** {@return the file's text with the changes for the test} */
    String changed(String text) {
        String changed = text;
        for (int i = 0; i < changes.size(); i += 2) {
            changed = replace(changed, changes.get(i), changes.get(i + 1));
        }
        return changed;
    }

    /** Replaces text that must exist. */
    static String replace(String text, String old, String by) {
        if (!text.contains(old)) {
            throw new AssertionError("no \"" + old + "\" in " + text);
        }
        return text.replace(old, by);
    }

    @Override
    public String toString() {
        return title;
    }
}
