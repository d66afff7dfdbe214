package dev.fcgi.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Machines with a network of their own: a balancer and two application hosts, as network namespaces that nobody else
 * sees. The bridge between them stands on the balancer.
 */
final class Hosts implements AutoCloseable {
    static final String BALANCER = "10.77.0.1";
    /** The addresses of the application hosts, as the documented configurations have them. */
    static final List<String> APPLICATIONS = List.of("10.77.0.11", "10.77.0.12");

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String prefix = "fcgi-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
    private final List<String> namespaces = new ArrayList<>();
    /** A build that is broken off leaves nothing behind either. */
    private final Thread hook = new Thread(this::remove);

    /** Makes them. */
    static Hosts make() throws Exception {
        Peers.require("ip");
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
        ip("-n", balancer, "link", "add", "bridge", "type", "bridge");
        ip("-n", balancer, "address", "add", BALANCER + "/24", "dev", "bridge");
        ip("-n", balancer, "link", "set", "bridge", "up");
        for (int i = 0; i < APPLICATIONS.size(); i++) {
            String host = add("host" + i);
            ip("-n", balancer, "link", "add", "port" + i, "type", "veth", "peer", "name", "eth0", "netns", host);
            ip("-n", balancer, "link", "set", "port" + i, "master", "bridge");
            ip("-n", balancer, "link", "set", "port" + i, "up");
            ip("-n", host, "address", "add", APPLICATIONS.get(i) + "/24", "dev", "eth0");
            ip("-n", host, "link", "set", "eth0", "up");
        }
    }

    private String add(String name) throws Exception {
        String namespace = prefix + name;
        Peers.requireWorking("network namespaces (root)", List.of("ip", "netns", "add", namespace));
        namespaces.add(namespace);
        return namespace;
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Peers.require("ip")));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
        }
    }

    /** {@return the beginning of a command that runs on the balancer, as the same process} */
    List<String> onBalancer() {
        return List.of(Peers.require("ip"), "netns", "exec", prefix + "balancer");
    }

    /** {@return the beginning of a command that runs on an application host, as the same process} */
    List<String> on(int host) {
        return List.of(Peers.require("ip"), "netns", "exec", prefix + "host" + host);
    }

    /** Pulls the cable of a host: what is sent to it or by it is lost without a word. */
    void cutOff(int host) throws Exception {
        ip("-n", prefix + "balancer", "link", "set", "port" + host, "down");
    }

    void reconnect(int host) throws Exception {
        ip("-n", prefix + "balancer", "link", "set", "port" + host, "up");
    }

    private void remove() {
        for (String namespace : namespaces) {
            try {
                ip("netns", "delete", namespace); // with all that is in it
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
