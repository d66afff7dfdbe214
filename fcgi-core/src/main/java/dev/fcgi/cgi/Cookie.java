package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.Expires;
import dev.fcgi.internal.cgi.Percent;
import dev.fcgi.internal.cgi.ResponseHead;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A cookie to be set (RFC 6265 4.1). Immutable: each setter returns a changed copy; of several calls of one setter the
 * last counts.
 *
 * {@snippet :
 * q.addCookie(Cookie.of("session", id).path("/").httpOnly(true).sameSite(Cookie.SameSite.LAX));
 * }
 *
 * <p>The value is percent-encoded where it needs that, as CGI.pm does, and decoded by {@link CgiRequest#cookie}. So is a
 * name, but names are not decoded: better choose a token.
 */
public final class Cookie {
    /** When a browser sends a cookie along with requests that other sites cause. */
    public enum SameSite {
        /** Never. */
        STRICT,
        /** Only when the user follows a link. */
        LAX,
        /** Always; browsers want {@link Cookie#secure} with it. */
        NONE
    }

    private static final String VALUE_CHARACTERS = "!*()':@$/";

    private final String pair;
    /** By name, each once, in the order of the first calls; as {@code name} or {@code name=value}. */
    private final Map<String, String> attributes;

    private Cookie(String pair, Map<String, String> attributes) {
        this.pair = pair;
        this.attributes = attributes;
    }

    /**
     * Makes a cookie for the time of the browser's session, without attributes.
     *
     * @param name its name, not empty
     * @param value its value
     * @return the cookie
     */
    public static Cookie of(String name, String value) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a cookie needs a name");
        }
        return new Cookie(Percent.encode(name, "") + '=' + Percent.encode(value, VALUE_CHARACTERS), Map.of());
    }

    private Cookie with(String name, String value) {
        ResponseHead.requireValue("Set-Cookie", value);
        if (value.indexOf(';') >= 0) {
            throw new IllegalArgumentException("cookie attribute with a semicolon: " + name);
        }
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.put(name, name + '=' + value);
        return new Cookie(pair, changed);
    }

    private Cookie with(String flag, boolean yes) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        if (yes) {
            changed.put(flag, flag);
        } else {
            changed.remove(flag);
        }
        return new Cookie(pair, changed);
    }

    /**
     * Sets the path below which the cookie is sent.
     *
     * @param path such as {@code /}
     * @return a changed copy
     */
    public Cookie path(String path) {
        return with("Path", path);
    }

    /**
     * Sets the domain whose hosts the cookie is sent to.
     *
     * @param domain such as {@code example.org}
     * @return a changed copy
     */
    public Cookie domain(String domain) {
        return with("Domain", domain);
    }

    /**
     * Sets when the cookie expires.
     *
     * @param when {@code now}, a time from now such as {@code +30m} (s, m, h, d, M, y), or a date as HTTP writes it
     * @return a changed copy
     */
    public Cookie expires(String when) {
        return with("Expires", Expires.date(when, Instant.now()));
    }

    /**
     * Sets when the cookie expires.
     *
     * @param when the moment
     * @return a changed copy
     */
    public Cookie expires(Instant when) {
        return with("Expires", Expires.date(when));
    }

    /**
     * Sets how long the cookie lives.
     *
     * @param age zero or less deletes it; fractions of a second are dropped
     * @return a changed copy
     */
    public Cookie maxAge(Duration age) {
        return with("Max-Age", Long.toString(age.toSeconds()));
    }

    /**
     * Sets whether the cookie is sent over HTTPS only.
     *
     * @param yes whether it is
     * @return a changed copy
     */
    public Cookie secure(boolean yes) {
        return with("Secure", yes);
    }

    /**
     * Sets whether the cookie is hidden from scripts in the page.
     *
     * @param yes whether it is
     * @return a changed copy
     */
    public Cookie httpOnly(boolean yes) {
        return with("HttpOnly", yes);
    }

    /**
     * Sets when the cookie goes with requests that other sites cause.
     *
     * @param when the choice
     * @return a changed copy
     */
    public Cookie sameSite(SameSite when) {
        String name = when.name();
        return with("SameSite", name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT));
    }

    /** {@return the value of the Set-Cookie header} */
    @Override
    public String toString() {
        return attributes.isEmpty() ? pair : pair + "; " + String.join("; ", attributes.values());
    }
}
