/**
 * The conveniences of CGI.pm: parameters, cookies, uploads, headers and routes over a {@link dev.fcgi.Request}.
 *
 * <p>{@link dev.fcgi.cgi.CgiFast} is the loop, {@link dev.fcgi.cgi.CgiHandler} the handler of a server, {@link
 * dev.fcgi.cgi.Router} chooses one by path and method. All of them use {@link dev.fcgi.cgi.CgiExchange}.
 *
 * <p>The contracts of {@link dev.fcgi} apply. In addition, an absent parameter, header, cookie or variable is null, and
 * a list of absent ones is empty. Looking up a parameter may read the body, and blocks while that takes; a request that
 * is malformed or too large is reported there, as a {@link dev.fcgi.cgi.CgiException}. Uploads are deleted when their
 * exchange ends, unless they were saved.
 */
package dev.fcgi.cgi;
