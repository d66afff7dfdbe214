/**
 * The conformance suite {@code fcgi check}. It has its own records and sockets and does not use the library, so that it
 * can send malformed records and check the library independently.
 *
 * <p>To add a case, add a method with {@link dev.fcgi.examples.check.Case} to one of the classes named {@code
 * ...Cases}: its parameter is the subject under test, an {@link dev.fcgi.examples.check.Application} for which the
 * suite is the web server, or a {@link dev.fcgi.examples.check.WebServer} for which it is the application.
 */
package dev.fcgi.examples.check;
