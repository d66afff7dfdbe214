/** From HTTP to FastCGI, for any HTTP server; knows only {@link dev.fcgi.httpserver.GatewayExchange}. */
package dev.fcgi.internal.gateway;
