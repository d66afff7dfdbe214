/** Sockets: connections, listeners and addresses. Knows nothing of records. */
package dev.fcgi.internal.io;
