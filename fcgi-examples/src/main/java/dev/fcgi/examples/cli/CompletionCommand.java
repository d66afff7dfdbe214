package dev.fcgi.examples.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fcgi completion}: for bash and zsh. */
@Command(name = "completion",
        header = "Prints the completion script for bash and zsh.",
        footer = {"", "Example:", "  source <(fcgi completion)"})
final class CompletionCommand implements Callable<Integer> {
    @ParentCommand
    private Fcgi fcgi;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        fcgi.console().println(AutoComplete.bash("fcgi", spec.root().commandLine()).stripTrailing());
        return ExitStatus.OK;
    }
}
