package dev.fcgi.examples.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line tool {@code fcgi}: calls, checks, measures and fronts FastCGI servers. */
@Command(name = "fcgi", versionProvider = Fcgi.Version.class, sortOptions = false, usageHelpWidth = 100,
        subcommands = {CallCommand.class, ValuesCommand.class, PingCommand.class, TopCommand.class, LoadCommand.class,
            FrontCommand.class, CheckCommand.class, CompletionCommand.class},
        header = "Calls, checks, measures and fronts FastCGI servers.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "ADDRESS is unix:/path/to.sock, host:port or [ipv6]:port.",
            "",
            "Examples:",
            "  fcgi call unix:/run/app.sock /hello",
            "  fcgi call 127.0.0.1:9000 /index.php?a=1 --script /srv/www/index.php -i",
            "  fcgi ping unix:/run/php/php-fpm.sock",
            "  fcgi top unix:/run/app-status.sock",
            "  fcgi load unix:/run/app.sock /hello -c 32 -t 10",
            "  fcgi check unix:/run/app.sock --path /hello",
            "",
            "Exit status:",
            "   0  success",
            "   1  any other failure: a file, standard output, an unhealthy server, failed requests or cases",
            "   2  wrong usage",
            "   3  cannot connect",
            "   4  timeout",
            "   5  protocol error: a malformed or incomplete response",
            "   6  refused by the server: OVERLOADED, UNKNOWN_ROLE or CANT_MPX_CONN",
            "  22  HTTP status of 400 or more (fcgi ping, and fcgi call --fail)",
            "  23  application status other than 0 (fcgi call --fail)"
        })
public final class Fcgi implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, order = 98,
            description = "Show help and end.")
    private boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, scope = ScopeType.INHERIT, order = 99,
            description = "Show the version and end.")
    private boolean version;

    private final Console console;

    Fcgi(Console console) {
        this.console = console;
    }

    /**
     * Runs a command.
     *
     * @param args what follows {@code fcgi}
     */
    public static void main(String[] args) {
        // not System.out, which does not report why it failed
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        System.exit(run(Console.of(System.in, out, System.err), args));
    }

    static int run(Console console, String... args) {
        Failures failures = new Failures(console);
        for (String argument : args) {
            if (argument.indexOf('\uFFFD') >= 0) {
                console.err().println("fcgi: '" + argument + "' cannot be decoded with the charset of the locale; "
                        + "set LC_ALL=C.UTF-8");
                return ExitStatus.USAGE;
            }
        }
        return failures.checkOutput(commandLine(console, failures).execute(args));
    }

    private static CommandLine commandLine(Console console, Failures failures) {
        return new CommandLine(new Fcgi(console))
                .setExpandAtFiles(false) // @file is the body of a request, as in curl
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .registerConverter(Duration.class, new SecondsConverter())
                .registerConverter(InetSocketAddress.class, new HostPortConverter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
    }

    Console console() {
        return console;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    /** The version of the module; there is none on the class path. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Fcgi.class.getModule().getDescriptor())
                    .flatMap(ModuleDescriptor::rawVersion)
                    .orElse("(development)");
            return new String[] {"fcgi " + version + ", Java " + Runtime.version()};
        }
    }
}
