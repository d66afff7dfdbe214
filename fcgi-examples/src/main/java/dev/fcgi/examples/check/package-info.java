/**
 * The conformance suite {@code fcgi check}. It has records and sockets of its own, and nothing of the library: what it
 * sends is as malformed as a case wants it, and what it finds is found without the library's help.
 *
 * <p>To add a case, add a method with {@link dev.fcgi.examples.check.Case} to one of the classes named {@code ...Cases}.
 */
package dev.fcgi.examples.check;
