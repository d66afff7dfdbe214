/** The engine of a connection: its streams, its way out, its clock. Each class says what guards its state. */
package dev.fcgi.internal.conn;
