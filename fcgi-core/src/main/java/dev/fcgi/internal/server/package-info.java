/** The application's side of FastCGI: connections of web servers, their requests, start and stop of a server. */
package dev.fcgi.internal.server;
