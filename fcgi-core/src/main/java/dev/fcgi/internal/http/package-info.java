/** What HTTP says about messages, whoever reads or writes them. */
package dev.fcgi.internal.http;
