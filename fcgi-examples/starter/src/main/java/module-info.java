/** A FastCGI program. */
module com.example.app {
    requires dev.fcgi;
}
