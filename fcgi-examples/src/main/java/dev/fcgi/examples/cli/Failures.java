package dev.fcgi.examples.cli;

import dev.fcgi.FcgiException;
import dev.fcgi.client.RequestRejectedException;
import dev.fcgi.client.RequestTimeoutException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Makes one line and an exit status of whatever went wrong. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Console console;

    Failures(Console console) {
        this.console = console;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        console.out().flush();
        console.err().println(command.getCommandSpec().qualifiedName() + ": " + message(e));
        return exitStatus(e);
    }

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        String message = e.getMessage().lines().findFirst().orElse("bad arguments");
        console.err().println(name + ": " + message + "; see " + name + " --help");
        return ExitStatus.USAGE;
    }

    static int exitStatus(Exception e) {
        return switch (e) {
            case Failure failure -> failure.exitStatus();
            case RequestRejectedException rejected -> ExitStatus.REJECTED;
            case RequestTimeoutException timeOut -> timeOut.limit() == RequestTimeoutException.Limit.CONNECT
                    ? ExitStatus.CANNOT_CONNECT : ExitStatus.TIME_OUT;
            case FcgiException protocol -> ExitStatus.PROTOCOL;
            case IllegalArgumentException usage -> ExitStatus.USAGE;
            default -> ExitStatus.FAILED;
        };
    }

    private static String message(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file";
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.replaceAll("\\R", " ");
    }
}
