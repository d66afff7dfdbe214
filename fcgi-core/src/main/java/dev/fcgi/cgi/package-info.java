/**
 * The comfort of CGI.pm: parameters, cookies, uploads, headers and dispatch over a {@link dev.fcgi.Request}.
 *
 * <p>{@link dev.fcgi.cgi.CgiFast} is the loop, {@link dev.fcgi.cgi.CgiHandler} the handler of a server,
 * {@link dev.fcgi.cgi.CgiExchange} what both work with.
 */
package dev.fcgi.cgi;
