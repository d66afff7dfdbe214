package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;

/** The contexts of one server; finds the one that a path belongs to. Thread-safe. */
final class Contexts {
    private static final String MATCHER = "sun.net.httpserver.pathMatcher";

    private final BiPredicate<String, String> matcher = matcher(Runtime.version().feature());
    private final List<FcgiHttpContext> list = new CopyOnWriteArrayList<>();

    /**
     * {@return whether the path of a request, the second argument, belongs to the path of a context, by the rules of a
     * JDK version}
     */
    static BiPredicate<String, String> matcher(int jdk) {
        boolean asString = jdk < 27 || "stringPrefix".equals(System.getProperty(MATCHER));
        return asString ? (context, path) -> path.startsWith(context) : Contexts::leadsTo;
    }

    /** From JDK 27 on, {@code /foo} is a prefix of {@code /foo/bar} but not of {@code /foobar}. */
    private static boolean leadsTo(String context, String path) {
        return path.startsWith(context) && (path.length() == context.length() || context.endsWith("/")
                || path.charAt(context.length()) == '/');
    }

    synchronized void add(FcgiHttpContext context) {
        if (of(context.getPath()) != null) {
            throw new IllegalArgumentException("there is a context for " + context.getPath() + " already");
        }
        list.add(context);
    }

    synchronized void remove(String path) {
        FcgiHttpContext context = of(path);
        if (context == null) {
            throw new IllegalArgumentException("there is no context for " + path);
        }
        list.remove(context);
    }

    void remove(HttpContext context) {
        if (!list.remove(context)) {
            throw new IllegalArgumentException("not a context of this server: " + context.getPath());
        }
    }

    private FcgiHttpContext of(String path) {
        return list.stream().filter(context -> context.getPath().equals(path)).findFirst().orElse(null);
    }

    /** {@return the context with the longest path that matches the path of a request, or null} */
    FcgiHttpContext find(String path) {
        FcgiHttpContext longest = null;
        for (FcgiHttpContext context : list) {
            if (matcher.test(context.getPath(), path)
                    && (longest == null || context.getPath().length() > longest.getPath().length())) {
                longest = context;
            }
        }
        return longest;
    }
}
