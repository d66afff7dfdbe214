/** The implementation of the package {@code dev.fcgi.cgi}: forms, cookies, dates, heads. */
package dev.fcgi.internal.cgi;
