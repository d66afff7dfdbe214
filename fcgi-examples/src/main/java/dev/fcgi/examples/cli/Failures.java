package dev.fcgi.examples.cli;

import dev.fcgi.FcgiException;
import dev.fcgi.client.RequestRefusedException;
import dev.fcgi.client.RequestTimeoutException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Converts failures to one line and an exit status. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Console console;

    Failures(Console console) {
        this.console = console;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        return fail(command.getCommandSpec().qualifiedName(), e);
    }

    private int fail(String name, Exception e) {
        console.err().println(name + ": " + message(e));
        return exitStatus(e);
    }

    /** {@return the status, or that of a failure if standard output could not be written} */
    int checkOutput(int status) {
        try {
            console.out().check();
            return status;
        } catch (IOException e) { // a command that has already failed has reported this or something worse
            return status == ExitStatus.OK ? fail("fcgi", e) : status;
        }
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
            case RequestRefusedException refused -> ExitStatus.REFUSED;
            case RequestTimeoutException timeout -> timeout.limit() == RequestTimeoutException.Limit.CONNECT
                    ? ExitStatus.CANNOT_CONNECT : ExitStatus.TIMEOUT;
            case FcgiException protocol -> ExitStatus.PROTOCOL;
            case IllegalArgumentException usage -> ExitStatus.USAGE;
            default -> ExitStatus.FAILED;
        };
    }

    private static String message(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file";
        }
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.replaceAll("\\R", " ");
    }
}
