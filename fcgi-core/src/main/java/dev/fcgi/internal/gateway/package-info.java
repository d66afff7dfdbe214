/** HTTP to FastCGI, whatever HTTP server the requests come from: {@link dev.fcgi.httpserver.GatewayExchange} is all it knows. */
package dev.fcgi.internal.gateway;
