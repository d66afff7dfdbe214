/** Rules of HTTP for everything that reads or writes messages. */
package dev.fcgi.internal.http;
