/** What the package {@code dev.fcgi.cgi} is made of: forms, cookies, dates, heads. */
package dev.fcgi.internal.cgi;
