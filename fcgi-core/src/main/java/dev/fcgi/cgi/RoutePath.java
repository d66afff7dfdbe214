package dev.fcgi.cgi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The path of a route: literals with variables between them. Immutable.
 *
 * <p>Variables are greedy from left to right, like groups {@code ([^/]+)} of a regular expression. But a path is
 * matched in linear time, because clients choose it: from its end, each literal is placed where it occurs last. That
 * leaves as much as possible to the variables before it, so no other place needs to be tried.
 */
final class RoutePath {
    private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_]*)(\\.\\.\\.)?}");

    /** The literals before each variable and after the last one: one more than there are variables. */
    private final List<String> literals = new ArrayList<>();
    private final List<String> variables = new ArrayList<>();
    /** Whether the last variable has dots and so matches everything that follows, slashes included, or nothing. */
    private final boolean open;
    /** The number of slashes in the literals. */
    private final int slashes;

    RoutePath(String path) {
        Matcher variable = VARIABLE.matcher(path);
        int at = 0;
        boolean dots = false;
        while (variable.find()) {
            literals.add(literal(path, at, variable.start()));
            variables.add(variable.group(1));
            at = variable.end();
            dots = variable.group(2) != null;
            if (dots && at != path.length()) {
                throw new IllegalArgumentException("only the last variable may have dots: " + path);
            }
        }
        literals.add(literal(path, at, path.length()));
        open = dots;
        slashes = (int) String.join("", literals).chars().filter(c -> c == '/').count();
    }

    private static String literal(String path, int start, int end) {
        String text = path.substring(start, end);
        if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
            throw new IllegalArgumentException("unmatched brace in path " + path + ": a variable is {name} or {name...}");
        }
        return text;
    }

    /** {@return the values of the variables, or null when the path does not match} */
    Map<String, String> match(String path) {
        String[] values = new String[variables.size()];
        int next = values.length; // the literal to be placed
        int end = path.length(); // before here
        if (open) {
            next--;
            int at = place(next, path, endOfElement(path));
            if (at < 0) {
                return null;
            }
            values[next] = path.substring(at + literals.get(next).length());
            end = at;
        } else if (next > 0) {
            String last = literals.get(next);
            if (!path.endsWith(last)) {
                return null;
            }
            end -= last.length();
        } else {
            return path.equals(literals.get(0)) ? Map.of() : null;
        }
        while (next > 0) {
            next--;
            int at = place(next, path, end - 1); // a variable has at least one character
            int start = at + literals.get(next).length();
            if (at < 0 || path.indexOf('/', start, end) >= 0) {
                return null;
            }
            values[next] = path.substring(start, end);
            end = at;
        }
        return named(values);
    }

    /** The last place of a literal that ends at or before the index; negative when there is none. */
    private int place(int literal, String path, int end) {
        String text = literals.get(literal);
        if (literal > 0) {
            return path.lastIndexOf(text, end - text.length());
        }
        return end >= text.length() && path.startsWith(text) ? 0 : -1;
    }

    /**
     * The last index where a variable with dots can start; other variables have no slashes, so the slashes can be
     * counted.
     */
    private int endOfElement(String path) {
        int at = -1;
        for (int left = slashes; left >= 0; left--) {
            at = path.indexOf('/', at + 1);
            if (at < 0) {
                return path.length();
            }
        }
        return at;
    }

    private Map<String, String> named(String[] values) {
        Map<String, String> named = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            named.put(variables.get(i), values[i]);
        }
        return named;
    }
}
