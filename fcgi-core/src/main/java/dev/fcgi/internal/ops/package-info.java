/** What operators see: access logs, status pages and metrics, made from the events of {@code dev.fcgi}. */
package dev.fcgi.internal.ops;
