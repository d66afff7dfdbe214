/**
 * The parts of a connection that servers and clients share: streams, inbound and outbound side, timeouts. Each class
 * says what guards its state.
 */
package dev.fcgi.internal.conn;
