/** Text as protocols define it: ASCII, whatever the characters beyond it look like. */
package dev.fcgi.internal.text;
