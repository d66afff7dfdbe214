package dev.fcgi.cgi;

/** What {@link CgiRequest#url} puts into a URL: the options of CGI.pm's {@code url}. */
public enum UrlPart {
    /** Scheme, host, port and path: {@code http://example.org/app}. The default when no other form is given. */
    FULL,
    /** Scheme, host and port only: {@code http://example.org}. */
    BASE,
    /** The path from the root: {@code /app}. */
    ABSOLUTE,
    /** The last element of the path: {@code app}. */
    RELATIVE,
    /** Appends PATH_INFO. */
    PATH_INFO,
    /** Appends the query. */
    QUERY,
    /** Uses SCRIPT_NAME for the path instead of the requested path: the opposite of CGI.pm's {@code -rewrite}. */
    NO_REWRITE
}
