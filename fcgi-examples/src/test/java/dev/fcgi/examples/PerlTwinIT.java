package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same program with CGI::Fast of Perl (twin.pl) and with ours (Twin), behind the same nginx: what comes back is the
 * same, except for differences on purpose, which TwinCases lists.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PerlTwinIT {
    private static final String SERVER = """
            map $http_x_twin $twin { perl unix:%s; java unix:%s; }
            map $http_x_secure $https_value { 1 on; default ""; }
            map $http_x_secure $port_value { 1 443; default 80; }
            server {
              listen 127.0.0.1:%d;
              server_name server.test;
              location ~ ^/pretty(/.*)? {
                rewrite ^/pretty(.*)$ /meta$1 last;
              }
              location / {
                fastcgi_split_path_info ^(/[a-z]+)(.*)$;
                fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param SCRIPT_NAME $fastcgi_script_name;
                fastcgi_param PATH_INFO $fastcgi_path_info;
                fastcgi_param QUERY_STRING $query_string;
                fastcgi_param REQUEST_URI $request_uri;
                fastcgi_param CONTENT_TYPE $content_type;
                fastcgi_param CONTENT_LENGTH $content_length;
                fastcgi_param SERVER_PROTOCOL $server_protocol;
                fastcgi_param SERVER_NAME $server_name;
                fastcgi_param SERVER_PORT $port_value;
                fastcgi_param REMOTE_ADDR $remote_addr;
                fastcgi_param REMOTE_USER $remote_user;
                fastcgi_param HTTPS $https_value if_not_empty;
                fastcgi_param GATEWAY_INTERFACE CGI/1.1;
                fastcgi_pass $twin;
              }
            }
            """;
    private static final Set<String> COMPARED_HEADERS = Set.of("content-type", "content-disposition", "expires",
            "location", "set-cookie", "x-custom");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd[ ][-]MMM[ ][-]yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private static final Peer[] PEERS = {Peer.NGINX, Peer.SPAWN_FCGI, Peer.PERL, Peer.PERL_CGI_FAST};

    @TempDir
    static Path directory;

    private static Child perl;
    private static FcgiServer server;
    private static Nginx nginx;

    @BeforeAll
    static void start() throws Exception {
        if (!Peer.areThere(PEERS)) {
            return;
        }
        String perlSocket = directory.resolve("perl").toString();
        String javaSocket = directory.resolve("java").toString();
        perl = Child.start(directory, Map.of(), Peer.SPAWN_FCGI.path(), "-n", "-s", perlSocket, "--", Peer.PERL.path(),
                Resource.copy("twin.pl", directory));
        CgiHandler handler = Twin::answer;
        server = FcgiServer.builder().listen("unix:" + javaSocket)
                .responder(handler.toResponder(
                        CgiOptions.builder().maxBodyLength(100_000).semicolonSeparates(true).build()))
                .build().start();
        nginx = Nginx.start(directory, port -> SERVER.formatted(perlSocket, javaSocket, port));
        Await.until("spawn-fcgi listens", () -> Files.exists(Path.of(perlSocket)) || !perl.isAlive());
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            if (nginx != null) {
                assertEquals("", perl.stderr());
                assertTrue(server.shutdown(Duration.ofSeconds(1)));
            }
        } finally {
            if (nginx != null) {
                nginx.close();
            }
            if (server != null) {
                server.close();
            }
            if (perl != null) {
                perl.close();
            }
        }
    }

    static Stream<TwinCase> cases() {
        return TwinCases.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void bothAnswerAlike(TwinCase request) throws Exception {
        Peer.require(PEERS);
        Map<String, String> perls = observe(exchange(request, "perl"));
        Map<String, String> ours = observe(exchange(request, "java"));
        Map<String, TwinCase.Difference> differences = request.differences().stream()
                .collect(Collectors.toMap(TwinCase.Difference::where, difference -> difference));
        Set<String> all = new TreeSet<>(perls.keySet());
        all.addAll(ours.keySet());
        all.addAll(differences.keySet());
        Stream<Executable> comparisons = all.stream().map(where -> () -> {
            TwinCase.Difference difference = differences.get(where);
            if (difference == null) {
                assertEquals(perls.get(where), ours.get(where), where);
            } else {
                if (!Objects.equals(perls.get(where), ours.get(where))) { // later versions of CGI.pm and nginx behave like this library
                    assertEquals(difference.perl(), perls.get(where), "Perl's " + where);
                }
                assertEquals(difference.java(), ours.get(where), where + ", " + difference.reason());
            }
        });
        assertAll(request + "\nPerl " + perls + "\nours " + ours, comparisons);
    }

    private static HttpReply exchange(TwinCase request, String twin) throws IOException {
        try (Socket socket = nginx.socket()) {
            return HttpReply.exchange(socket, request.head() + "X-Twin: " + twin + "\n", request.body());
        }
    }

    /**
     * Extracts what matters of a response: "status", "header NAME", "cookie NAME" with its attributes in the order of
     * the alphabet, each "NAME: VALUE" line of a dump, "body" for other bodies. Times are given as hours from now.
     */
    private static Map<String, String> observe(HttpReply reply) {
        Map<String, String> seen = new TreeMap<>();
        seen.put("status", Integer.toString(reply.status()));
        for (String line : reply.headers()) {
            String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
            String value = line.substring(name.length() + 1).strip();
            if (name.equals("set-cookie")) {
                String[] words = value.split("; ");
                seen.merge("cookie " + words[0], Stream.of(words).skip(1).map(PerlTwinIT::attribute).sorted()
                        .collect(Collectors.joining("; ")), (one, two) -> one + " and " + two);
            } else if (COMPARED_HEADERS.contains(name)) {
                seen.merge("header " + name, name.equals("expires") ? fromNow(value) : value, (one, two) -> one + two);
            }
        }
        // The texts of error pages need not be alike.
        String body = reply.status() >= 400 && !reply.text().startsWith("done") ? "" : reply.text();
        if (body.contains(": ")) {
            body.lines().forEach(line -> seen.put(line.substring(0, line.indexOf(": ")),
                    line.substring(line.indexOf(": ") + 2)));
        } else {
            seen.put("body", body);
        }
        return seen;
    }

    private static String attribute(String text) {
        int equals = text.indexOf('=');
        String name = (equals < 0 ? text : text.substring(0, equals)).toLowerCase(Locale.ROOT);
        String value = equals < 0 ? "" : text.substring(equals);
        return name + (name.equals("expires") ? "=" + fromNow(value.substring(1)) : value);
    }

    private static String fromNow(String date) {
        Instant then;
        try {
            then = DATE.parse(date, Instant::from);
        } catch (DateTimeException e) {
            return date;
        }
        long seconds = Duration.between(Instant.now(), then).toSeconds();
        return Math.abs(seconds) > 400L * 24 * 3600 ? date : Math.round(seconds / 3600.0 * 10) / 10.0 + " h";
    }
}
