/** The application's side of FastCGI: connections of web servers, their requests, the life of a server. */
package dev.fcgi.internal.server;
