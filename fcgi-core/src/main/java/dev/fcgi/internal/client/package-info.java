/** The web server's side of FastCGI: connections to applications, calls on them, the pool. */
package dev.fcgi.internal.client;
