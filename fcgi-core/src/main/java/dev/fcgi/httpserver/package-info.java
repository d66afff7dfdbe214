/**
 * Between HTTP servers and FastCGI. The module {@code jdk.httpserver} must be resolved by whoever uses this package
 * ({@code requires jdk.httpserver}); the rest of the library does without.
 *
 * <p>{@link dev.fcgi.httpserver.FcgiGateway} answers HTTP requests by a FastCGI application, in the JDK's HTTP server, or
 * in any other for which {@link dev.fcgi.httpserver.GatewayExchange} is implemented. The other way round, {@link
 * dev.fcgi.httpserver.FcgiHttpServerProvider} puts programs for the JDK's HTTP server behind a web server. The contracts
 * are those of {@link dev.fcgi}.
 */
package dev.fcgi.httpserver;
