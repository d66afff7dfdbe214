/**
 * Calling FastCGI servers: PHP-FPM, Perl, Go, C, our own.
 *
 * <p>{@link dev.fcgi.client.FcgiClient} keeps the connections, {@link dev.fcgi.client.ClientRequest} is what is asked,
 * {@link dev.fcgi.client.ClientResponse} what comes back.
 */
package dev.fcgi.client;
