package dev.fcgi.examples.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses an address to listen at for HTTP: {@code host:port}, {@code [ipv6]:port}; {@code *:port} is all interfaces.
 */
public final class HostPortConverter implements ITypeConverter<InetSocketAddress> {
    private static final Pattern FORM = Pattern.compile("(\\*|\\[[0-9A-Fa-f:.%]+]|[^:\\[\\]*]+):(\\d{1,5})");

    /** Creates the converter. */
    public HostPortConverter() {}

    @Override
    public InetSocketAddress convert(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 0xFFFF) {
            throw new TypeConversionException("'" + text + "' is neither HOST:PORT nor *:PORT");
        }
        int port = Integer.parseInt(matcher.group(2));
        InetSocketAddress address = matcher.group(1).equals("*")
                ? new InetSocketAddress(port)
                : new InetSocketAddress(matcher.group(1), port);
        if (address.isUnresolved()) {
            throw new TypeConversionException("'" + text + "': unknown host");
        }
        return address;
    }
}
