/** What operators see: access logs, status pages, metrics, made of the events of {@code dev.fcgi}. */
package dev.fcgi.internal.ops;
