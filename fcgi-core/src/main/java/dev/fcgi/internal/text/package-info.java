/** Text as protocols define it, in ASCII. */
package dev.fcgi.internal.text;
