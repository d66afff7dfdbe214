/**
 * The FastCGI server and what a handler sees of a request.
 *
 * <p>Section numbers in this documentation are those of the FastCGI Specification, version 1.0 ("FastCGI 3.3"),
 * and of RFC 3875, CGI/1.1 ("RFC 3875 4.1.18").
 */
package dev.fcgi;
