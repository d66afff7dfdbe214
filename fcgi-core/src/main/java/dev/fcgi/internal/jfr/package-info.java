/** Events for the Java Flight Recorder. The only package that depends on it; used only if the module is present. */
package dev.fcgi.internal.jfr;
