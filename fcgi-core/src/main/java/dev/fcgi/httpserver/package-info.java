/**
 * Between the JDK's HTTP server and FastCGI. The module {@code jdk.httpserver} must be resolved by whoever uses this
 * package; the rest of the library does without.
 *
 * <p>{@link dev.fcgi.httpserver.FcgiGateway} answers HTTP requests by a FastCGI application.
 */
package dev.fcgi.httpserver;
