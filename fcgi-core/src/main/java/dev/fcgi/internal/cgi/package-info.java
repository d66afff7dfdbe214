/** What the package dev.fcgi.cgi is made of: forms, cookies, dates, heads. */
package dev.fcgi.internal.cgi;
