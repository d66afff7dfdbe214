/** Examples: one main class per use of the library. And {@code fcgi}, the tool to call and measure FastCGI servers. */
@SuppressWarnings("requires-automatic") // BuildImage gives HdrHistogram a descriptor, which jlink wants
module dev.fcgi.examples {
    requires dev.fcgi;
    requires HdrHistogram;
    requires info.picocli;
    requires java.logging;
    requires jdk.httpserver; // FcgiGateway is also a handler of it
    requires org.eclipse.jetty.logging; // an SLF4J service, which is not found by itself in an image
    requires org.eclipse.jetty.server;

    opens dev.fcgi.examples.cli to info.picocli;
}
