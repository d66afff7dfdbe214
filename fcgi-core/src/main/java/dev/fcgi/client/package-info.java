/**
 * Calling FastCGI servers: PHP-FPM, Perl, Go, C, our own.
 *
 * <p>{@link dev.fcgi.client.FcgiClient} keeps the connections, {@link dev.fcgi.client.ClientRequest} is what is asked,
 * {@link dev.fcgi.client.ClientResponse} what comes back.
 *
 * <p>The contracts are those of {@link dev.fcgi}. In addition, a client is one for a program, not one for each call,
 * and its responses have to be closed: what is not read to its end keeps its connection from others. A request whose
 * body is a stream can be sent once, any other request any number of times, from any thread. An interrupt of a thread
 * that waits for a response ends the call.
 */
package dev.fcgi.client;
