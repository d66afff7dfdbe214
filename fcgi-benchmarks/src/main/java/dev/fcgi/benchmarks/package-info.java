/** JMH benchmarks. */
package dev.fcgi.benchmarks;
