/**
 * The conformance suite {@code fcgi check}. It has records and sockets of its own, and nothing of the library: what it
 * sends is as malformed as a case wants it, and what it finds is found without the library's help.
 *
 * <p>To add a case, add a method with {@link dev.fcgi.examples.check.Case} to one of the classes named {@code ...Cases}:
 * what is checked is its parameter, an {@link dev.fcgi.examples.check.Application} for which we are the web server, or a
 * {@link dev.fcgi.examples.check.WebServer} for which we are the application.
 */
package dev.fcgi.examples.check;
