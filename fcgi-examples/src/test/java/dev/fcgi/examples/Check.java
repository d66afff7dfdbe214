package dev.fcgi.examples;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** A check that holds for every web server, except those for which it states what happens instead. */
final class Check {
    /** What is done, and expected. */
    interface Action {
        void run(Site site) throws Exception;
    }

    private final String name;
    private final Action usual;
    private final Map<WebServer, String> notes = new EnumMap<>(WebServer.class);
    private final Map<WebServer, Action> others = new EnumMap<>(WebServer.class);

    Check(String name, Action usual) {
        this.name = name;
        this.usual = usual;
    }

    /** Declares a web server that behaves differently, which is then expected. */
    Check but(Set<WebServer> servers, String note, Action other) {
        for (WebServer server : servers) {
            notes.put(server, note);
            others.put(server, other);
        }
        return this;
    }

    Check but(WebServer server, String note, Action other) {
        return but(Set.of(server), note, other);
    }

    void run(Site site) throws Exception {
        others.getOrDefault(site.server(), usual).run(site);
    }

    /** {@return what a web server does differently, or null} */
    String note(WebServer server) {
        return notes.get(server);
    }

    @Override
    public String toString() {
        return name;
    }
}
