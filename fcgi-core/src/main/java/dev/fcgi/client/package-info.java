/**
 * A client for FastCGI servers, such as PHP-FPM, those in Perl, Go or C, and this library's own.
 *
 * <p>{@link dev.fcgi.client.FcgiClient} manages connections; it sends a {@link dev.fcgi.client.ClientRequest} and
 * returns a {@link dev.fcgi.client.ClientResponse}.
 *
 * <p>The contracts of {@link dev.fcgi} apply. In addition, a program should use one client for all calls. Responses
 * must be closed, because one that is not read to its end occupies its connection. A request whose body is a stream can
 * be sent once, any other request any number of times, from any thread. An interrupt of a thread that waits for a
 * response ends the call.
 */
package dev.fcgi.client;
