/**
 * The conveniences of CGI.pm: parameters, cookies, uploads, headers and routes over a {@link dev.fcgi.Request}.
 *
 * <p>{@link dev.fcgi.cgi.CgiFast} is the loop, {@link dev.fcgi.cgi.CgiHandler} the handler of a server,
 * {@link dev.fcgi.cgi.Router} chooses one by path and method, {@link dev.fcgi.cgi.CgiExchange} is what all of them work
 * with.
 *
 * <p>The contracts are those of {@link dev.fcgi}. In addition, an absent parameter, header, cookie or variable is null,
 * a list of them is empty then. Asking for a parameter may read the body, and blocks as long as that takes; what is
 * broken or too large in a request surfaces there, as a {@link dev.fcgi.cgi.CgiException}. Uploads are gone when their
 * exchange has ended, unless they are saved.
 */
package dev.fcgi.cgi;
