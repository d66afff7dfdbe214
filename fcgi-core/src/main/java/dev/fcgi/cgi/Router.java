package dev.fcgi.cgi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chooses a handler by path and method; the first matching route is used.
 *
 * {@snippet :
 * Router app = Router.builder()
 *         .intercept(MyProgram::authenticate)
 *         .get("/users/{id}", q -> q.out().println(q.pathVariable("id")))
 *         .post("/users", MyProgram::create)
 *         .prefix("/files", MyProgram::file)
 *         .build();
 * FcgiServer server = FcgiServer.builder().listen(address).responder(app.toResponder()).build();
 * }
 *
 * <p>The path is {@link CgiRequest#path()}, decoded. In a route, <code>{name}</code> stands for one element of the path
 * or, beside other characters, a part of one; <code>{name...}</code> at the end for all remaining elements; {@link
 * CgiRequest#pathVariable} returns the matched text. If an element has several variables, the first is greedy:
 * <code>{name}.{ext}</code> splits {@code a.tar.gz} before {@code gz}. The time for matching is proportional to the
 * length of the path. HEAD requests use the routes of GET. The response is 404 if no route matches the path, and 405
 * with an Allow header if none of these matches the method.
 *
 * <p>Immutable; may be used by any number of threads concurrently. A router can be the handler of a route of another
 * router.
 */
public final class Router implements CgiHandler {
    private static final String ANY = "*";

    /** Matches a path: returns the values of the variables, or null. */
    private interface Fit extends Function<String, Map<String, String>> {}

    private record Route(String method, Fit fit, CgiHandler handler) {
        boolean takes(String requested) {
            return method.equals(ANY) || method.equals(requested) || method.equals("GET") && requested.equals("HEAD");
        }
    }

    private final List<Route> routes;
    private final List<CgiInterceptor> interceptors;
    private final CgiHandler otherwise;

    private Router(Builder builder) {
        routes = List.copyOf(builder.routes);
        interceptors = List.copyOf(builder.interceptors);
        otherwise = builder.otherwise;
    }

    /** {@return a builder without routes} */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void handle(CgiExchange q) throws Exception {
        handle(Objects.requireNonNull(q, "q"), 0);
    }

    private void handle(CgiExchange q, int index) throws Exception {
        try {
            if (index < interceptors.size()) {
                interceptors.get(index).intercept(q, next -> handle(next, index + 1));
            } else {
                dispatch(q);
            }
        } catch (Throwable e) { // the interceptors before this one see the final response
            q.fail(e);
            throw e;
        }
    }

    private void dispatch(CgiExchange q) throws Exception {
        TreeSet<String> allowed = new TreeSet<>();
        String path = q.path();
        for (Route route : routes) {
            Map<String, String> variables = route.fit.apply(path);
            if (variables == null) {
                continue;
            }
            if (route.takes(q.method())) {
                q.pathVariables(variables);
                route.handler.handle(q);
                return;
            }
            allowed.add(route.method);
            if (route.method.equals("GET")) {
                allowed.add("HEAD");
            }
        }
        if (allowed.isEmpty()) {
            otherwise.handle(q);
        } else {
            q.error(405).setHeader("Allow", String.join(", ", allowed));
        }
    }

    private static Map<String, String> groups(Matcher matcher) {
        if (!matcher.matches()) {
            return null;
        }
        Map<String, String> variables = new LinkedHashMap<>();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            variables.put(Integer.toString(group), Objects.requireNonNullElse(matcher.group(group), ""));
        }
        return variables;
    }

    /** Collects routes in order. Not thread-safe; each setter returns the builder. */
    public static final class Builder {
        private final List<Route> routes = new ArrayList<>();
        private final List<CgiInterceptor> interceptors = new ArrayList<>();
        private CgiHandler otherwise = q -> q.error(404);

        private Builder() {}

        /**
         * Adds a route for GET and HEAD.
         *
         * @param path the path
         * @param handler the handler
         * @return this
         */
        public Builder get(String path, CgiHandler handler) {
            return route("GET", path, handler);
        }

        /**
         * Adds a route for POST.
         *
         * @param path the path
         * @param handler the handler
         * @return this
         */
        public Builder post(String path, CgiHandler handler) {
            return route("POST", path, handler);
        }

        /**
         * Adds a route for PUT.
         *
         * @param path the path
         * @param handler the handler
         * @return this
         */
        public Builder put(String path, CgiHandler handler) {
            return route("PUT", path, handler);
        }

        /**
         * Adds a route for DELETE.
         *
         * @param path the path
         * @param handler the handler
         * @return this
         */
        public Builder delete(String path, CgiHandler handler) {
            return route("DELETE", path, handler);
        }

        /**
         * Adds a route for every method.
         *
         * @param path the path
         * @param handler the handler
         * @return this
         */
        public Builder any(String path, CgiHandler handler) {
            return route(ANY, path, handler);
        }

        /**
         * Adds a route.
         *
         * @param method the HTTP method, usually in upper case; {@code *} for every method
         * @param path the path, with variables in braces
         * @param handler the handler
         * @return this
         * @throws IllegalArgumentException when the path does not start with a slash or has a malformed variable
         */
        public Builder route(String method, String path, CgiHandler handler) {
            requireSlash(path);
            return add(method, new RoutePath(path)::match, handler);
        }

        /**
         * Adds a route for a path and everything below it, for every method.
         *
         * @param path such as {@code /files}, which matches {@code /files} and {@code /files/a} but not {@code
         * /filesystem}
         * @param handler the handler
         * @return this
         * @throws IllegalArgumentException when the path does not start with a slash
         */
        public Builder prefix(String path, CgiHandler handler) {
            requireSlash(path);
            String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            return add(ANY, asked -> asked.equals(base) || asked.startsWith(base + '/') ? Map.of() : null, handler);
        }

        /**
         * Adds a route for a regular expression, which must match the whole path. Clients choose the path, so an
         * expression that backtracks, such as {@code (a+)+}, lets them keep a thread busy.
         *
         * @param method the HTTP method; {@code *} for every method
         * @param path the expression; its groups are the path variables {@code 1}, {@code 2}, ...
         * @param handler the handler
         * @return this
         */
        public Builder pattern(String method, Pattern path, CgiHandler handler) {
            Objects.requireNonNull(path, "path");
            return add(method, asked -> groups(path.matcher(asked)), handler);
        }

        private Builder add(String method, Fit fit, CgiHandler handler) {
            routes.add(new Route(Objects.requireNonNull(method, "method"), fit,
                    Objects.requireNonNull(handler, "handler")));
            return this;
        }

        /**
         * Adds an interceptor before all routes and after the interceptors added so far; it also sees requests that
         * match no route.
         *
         * @param interceptor the interceptor
         * @return this
         */
        public Builder intercept(CgiInterceptor interceptor) {
            interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
            return this;
        }

        /**
         * Sets the handler for paths that no route matches. Default: an error page with status 404.
         *
         * @param handler the handler
         * @return this
         */
        public Builder otherwise(CgiHandler handler) {
            otherwise = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** {@return a router with the routes added so far; the builder may be used again} */
        public Router build() {
            return new Router(this);
        }

        private static void requireSlash(String path) {
            if (!Objects.requireNonNull(path, "path").startsWith("/")) {
                throw new IllegalArgumentException("path must start with a slash, was " + path);
            }
        }
    }
}
