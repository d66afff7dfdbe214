/** Events for the Java Flight Recorder: the only package that knows it, used where there is one. */
package dev.fcgi.internal.jfr;
