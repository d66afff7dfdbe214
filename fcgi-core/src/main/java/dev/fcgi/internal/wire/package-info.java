/** Decodes and encodes records (FastCGI 3.3, 3.4, 4, 5); knows nothing of sockets, threads or requests. */
package dev.fcgi.internal.wire;
