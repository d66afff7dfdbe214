package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.Expires;
import dev.fcgi.internal.cgi.Percent;
import dev.fcgi.internal.cgi.ResponseHead;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A cookie for the browser to store (RFC 6265 4.1). Immutable.
 *
 * {@snippet :
 * q.addCookie(Cookie.builder("session", id).path("/").httpOnly(true).sameSite(Cookie.SameSite.LAX).build());
 * }
 *
 * <p>The value is percent-encoded where necessary, as in CGI.pm, and decoded by {@link CgiRequest#cookie}.
 */
public final class Cookie {
    /** Whether a browser sends a cookie with requests that originate from other sites. */
    public enum SameSite {
        /** Never. */
        STRICT,
        /** Only when the user follows a link. */
        LAX,
        /** Always; browsers require {@link Builder#secure} with it. */
        NONE
    }

    private static final String VALUE_CHARACTERS = "!*()':@$/";

    private final String text;

    private Cookie(String text) {
        this.text = text;
    }

    /**
     * Creates a session cookie without attributes.
     *
     * @param name its name, a token; it is neither encoded nor decoded, because browsers recognize prefixes such as
     *     {@code __Host-} only in plain form
     * @param value its value
     * @return the cookie
     * @throws IllegalArgumentException when the name is not a token
     */
    public static Cookie of(String name, String value) {
        return builder(name, value).build();
    }

    /**
     * Begins a session cookie.
     *
     * @param name its name, as for {@link #of}
     * @param value its value
     * @return a builder without attributes
     * @throws IllegalArgumentException when the name is not a token
     */
    public static Builder builder(String name, String value) {
        return new Builder(name, value);
    }

    /** {@return the value of the Set-Cookie header} */
    @Override
    public String toString() {
        return text;
    }

    /**
     * Sets the attributes of a cookie; if a setter is called again, the last call counts. Not thread-safe; each setter
     * returns the builder.
     */
    public static final class Builder {
        private final String pair;
        /** The attributes by name, in the order of the first calls; as {@code name} or {@code name=value}. */
        private final Map<String, String> attributes = new LinkedHashMap<>();

        private Builder(String name, String value) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
            pair = ResponseHead.requireToken("cookie name", name) + '=' + Percent.encode(value, VALUE_CHARACTERS);
        }

        private Builder with(String name, String value) {
            ResponseHead.requireValue("Set-Cookie", value);
            if (value.indexOf(';') >= 0) {
                throw new IllegalArgumentException("cookie attribute " + name + " must not contain a semicolon");
            }
            attributes.put(name, name + '=' + value);
            return this;
        }

        private Builder with(String flag, boolean yes) {
            if (yes) {
                attributes.put(flag, flag);
            } else {
                attributes.remove(flag);
            }
            return this;
        }

        /**
         * Sets the path below which the cookie is sent.
         *
         * @param path such as {@code /}
         * @return this
         */
        public Builder path(String path) {
            return with("Path", Objects.requireNonNull(path, "path"));
        }

        /**
         * Sets the domain to whose hosts the cookie is sent. Default: this host only.
         *
         * @param domain such as {@code example.org}
         * @return this
         */
        public Builder domain(String domain) {
            return with("Domain", Objects.requireNonNull(domain, "domain"));
        }

        /**
         * Sets when the cookie expires.
         *
         * @param when {@code now}, a time from now such as {@code +30m} (s, m, h, d, M, y), or a date as HTTP writes it
         * @return this
         */
        public Builder expires(String when) {
            return with("Expires", Expires.date(Objects.requireNonNull(when, "when"), Instant.now()));
        }

        /**
         * Sets when the cookie expires.
         *
         * @param when the moment
         * @return this
         */
        public Builder expires(Instant when) {
            return with("Expires", Expires.date(Objects.requireNonNull(when, "when")));
        }

        /**
         * Sets how long the cookie lives.
         *
         * @param age the time; zero or less deletes the cookie, and fractions of a second are dropped
         * @return this
         */
        public Builder maxAge(Duration age) {
            return with("Max-Age", Long.toString(Objects.requireNonNull(age, "age").toSeconds()));
        }

        /**
         * Sets whether the cookie is sent over HTTPS only.
         *
         * @param yes whether it is; default false
         * @return this
         */
        public Builder secure(boolean yes) {
            return with("Secure", yes);
        }

        /**
         * Sets whether the cookie is hidden from scripts in the page.
         *
         * @param yes whether it is; default false
         * @return this
         */
        public Builder httpOnly(boolean yes) {
            return with("HttpOnly", yes);
        }

        /**
         * Sets whether the cookie is sent with requests that originate from other sites.
         *
         * @param when the choice; default: left to the browser
         * @return this
         */
        public Builder sameSite(SameSite when) {
            String name = Objects.requireNonNull(when, "when").name();
            return with("SameSite", name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT));
        }

        /** {@return the cookie; the builder may be used again} */
        public Cookie build() {
            return new Cookie(attributes.isEmpty() ? pair : pair + "; " + String.join("; ", attributes.values()));
        }
    }
}
