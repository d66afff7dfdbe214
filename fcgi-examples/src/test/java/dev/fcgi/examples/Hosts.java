package dev.fcgi.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hosts with a separate network: a balancer and two application hosts, as private network namespaces. The bridge
 * between them is on the balancer.
 */
final class Hosts implements AutoCloseable {
    static final String BALANCER = "10.77.0.1";
    /** The addresses of the application hosts in the documented configurations. */
    static final List<String> APPLICATIONS = List.of("10.77.0.11", "10.77.0.12");

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String prefix = "fcgi-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
    private final List<String> namespaces = new ArrayList<>();
    /** Even an interrupted build leaves nothing behind. */
    private final Thread hook = new Thread(this::remove);

    /** Makes them. */
    static Hosts make() throws Exception {
        Peer.require(Peer.IP, Peer.NAMESPACES);
        Hosts hosts = new Hosts();
        try {
            hosts.build();
            return hosts;
        } catch (Throwable e) {
            hosts.close();
            throw e;
        }
    }

    private void build() throws Exception {
        Runtime.getRuntime().addShutdownHook(hook);
        String balancer = add("balancer");
        Peer.IP.run("-n", balancer, "link", "add", "bridge", "type", "bridge");
        Peer.IP.run("-n", balancer, "address", "add", BALANCER + "/24", "dev", "bridge");
        Peer.IP.run("-n", balancer, "link", "set", "bridge", "up");
        for (int i = 0; i < APPLICATIONS.size(); i++) {
            String host = add("host" + i);
            Peer.IP.run("-n", balancer, "link", "add", "port" + i, "type", "veth", "peer", "name", "eth0", "netns", host);
            Peer.IP.run("-n", balancer, "link", "set", "port" + i, "master", "bridge");
            Peer.IP.run("-n", balancer, "link", "set", "port" + i, "up");
            Peer.IP.run("-n", host, "address", "add", APPLICATIONS.get(i) + "/24", "dev", "eth0");
            Peer.IP.run("-n", host, "link", "set", "eth0", "up");
        }
    }

    private String add(String name) throws Exception {
        String namespace = prefix + name;
        Peer.IP.run("netns", "add", namespace);
        namespaces.add(namespace);
        return namespace;
    }

    /** {@return the beginning of a command that runs on the balancer, as the same process} */
    List<String> onBalancer() {
        return List.of(Peer.IP.path(), "netns", "exec", prefix + "balancer");
    }

    /** {@return the beginning of a command that runs on an application host, as the same process} */
    List<String> on(int host) {
        return List.of(Peer.IP.path(), "netns", "exec", prefix + "host" + host);
    }

    /** Pulls the cable of a host: packets to and from it are silently lost. */
    void cutOff(int host) throws Exception {
        Peer.IP.run("-n", prefix + "balancer", "link", "set", "port" + host, "down");
    }

    void reconnect(int host) throws Exception {
        Peer.IP.run("-n", prefix + "balancer", "link", "set", "port" + host, "up");
    }

    private void remove() {
        for (String namespace : namespaces) {
            try {
                Peer.IP.run("netns", "delete", namespace); // with all that is in it
            } catch (IOException e) {
                System.err.println(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        namespaces.clear();
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
