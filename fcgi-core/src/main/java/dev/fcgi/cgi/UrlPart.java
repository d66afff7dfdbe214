package dev.fcgi.cgi;

/** What {@link CgiRequest#url} puts into a URL: the options of CGI.pm's {@code url}. */
public enum UrlPart {
    /** Scheme, host, port and path: {@code http://example.org/app}. Also when no other form is named. */
    FULL,
    /** Scheme, host and port only: {@code http://example.org}. */
    BASE,
    /** The path from the root on: {@code /app}. */
    ABSOLUTE,
    /** The last element of the path: {@code app}. */
    RELATIVE,
    /** Appends PATH_INFO. */
    PATH_INFO,
    /** Appends the query. */
    QUERY,
    /** Takes SCRIPT_NAME for the path, not what the browser asked for: the opposite of CGI.pm's {@code -rewrite}. */
    NO_REWRITE
}
