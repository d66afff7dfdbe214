/** Sockets: connections, listeners, addresses. Knows nothing of records. */
package dev.fcgi.internal.io;
