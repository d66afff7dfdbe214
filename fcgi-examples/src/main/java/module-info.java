/** Examples: one main class per use of the library. */
module dev.fcgi.examples {
    requires dev.fcgi;
}
