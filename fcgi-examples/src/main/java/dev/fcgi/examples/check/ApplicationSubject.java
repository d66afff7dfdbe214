package dev.fcgi.examples.check;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** An application under test; the suite is its web server. */
public final class ApplicationSubject implements Subject<Application> {
    private final String address;
    private final Page page;
    private final Page echo;
    private final Program program;
    private final Map<Ability, Boolean> abilities = new EnumMap<>(Ability.class);

    /**
     * Creates it.
     *
     * @param address {@code unix:/path} or {@code host:port}
     * @param page a page that returns status 200
     * @param echo a page that returns the body of the request, or null
     * @param command starts it, or null
     */
    public ApplicationSubject(String address, Page page, Page echo, String command) {
        this.address = address;
        this.page = page;
        this.echo = echo;
        this.program = command == null ? null : new Program(command.replace("{addr}", address));
    }

    String address() {
        return address;
    }

    Page page() {
        return page;
    }

    Page echo() {
        return echo;
    }

    boolean has(Ability ability, Duration timeout) {
        return abilities.computeIfAbsent(ability, one -> one.isOf(this, timeout));
    }

    @Override
    public Class<Application> type() {
        return Application.class;
    }

    @Override
    public boolean start() throws IOException {
        if (program == null) {
            return false;
        }
        program.close();
        program.start();
        return true;
    }

    @Override
    public Application of(Trial trial) {
        return new Application(this, trial);
    }

    @Override
    public void look(Trial trial) {
        of(trial).connect().request(1, 0).expectPage(1);
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
