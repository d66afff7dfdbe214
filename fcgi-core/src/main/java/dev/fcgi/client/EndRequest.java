package dev.fcgi.client;

import dev.fcgi.ProtocolStatus;

/**
 * How an application ended a request (FastCGI 5.5).
 *
 * @param appStatus the application status, which a CGI program would pass to {@code exit}
 * @param protocolStatus the protocol status; null for a number that the specification does not define
 */
public record EndRequest(int appStatus, ProtocolStatus protocolStatus) {}
