/**
 * Connects HTTP servers with FastCGI. A program that uses this package must resolve the module {@code jdk.httpserver}
 * ({@code requires jdk.httpserver}); the rest of the library does not need it.
 *
 * <p>{@link dev.fcgi.httpserver.FcgiGateway} serves HTTP requests by calling a FastCGI application, in the JDK's HTTP
 * server or in any other for which {@link dev.fcgi.httpserver.GatewayExchange} is implemented. Conversely, {@link
 * dev.fcgi.httpserver.FcgiHttpServerProvider} puts programs for the JDK's HTTP server behind a web server. The
 * contracts of {@link dev.fcgi} apply.
 */
package dev.fcgi.httpserver;
