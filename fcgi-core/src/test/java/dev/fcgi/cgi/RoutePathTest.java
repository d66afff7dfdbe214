package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A route matches the same paths as the obvious regular expression. */
final class RoutePathTest {
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)(\\.\\.\\.)?}");

    private static Map<String, String> byExpression(String route, String path) {
        StringBuilder expression = new StringBuilder();
        Map<String, String> values = new LinkedHashMap<>();
        Matcher variable = VARIABLE.matcher(route);
        int at = 0;
        while (variable.find()) {
            expression.append(Pattern.quote(route.substring(at, variable.start())))
                    .append(variable.group(2) == null ? "([^/]+)" : "(.*)");
            values.put(variable.group(1), null);
            at = variable.end();
        }
        expression.append(Pattern.quote(route.substring(at)));
        Matcher matcher = Pattern.compile(expression.toString(), Pattern.DOTALL).matcher(path);
        if (!matcher.matches()) {
            return null;
        }
        int group = 1;
        for (Map.Entry<String, String> value : values.entrySet()) {
            value.setValue(matcher.group(group++));
        }
        return values;
    }

    private static String random(Random random, int max) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(max + 1); left > 0; left--) {
            text.append("/-.a".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    @Test
    void aRouteFitsWhatItsExpressionFits() {
        Random random = new Random(1);
        int fitted = 0;
        for (int i = 0; i < 300_000; i++) {
            StringBuilder route = new StringBuilder("/").append(random(random, 2));
            int variables = random.nextInt(4);
            for (int v = 1; v <= variables; v++) {
                boolean rest = v == variables && random.nextInt(3) == 0;
                route.append("{v").append(v).append(rest ? "...}" : "}").append(rest ? "" : random(random, 2));
            }
            String path = '/' + random(random, 9);
            Map<String, String> expected = byExpression(route.toString(), path);
            assertEquals(expected, new RoutePath(route.toString()).match(path), route + " " + path);
            fitted += expected == null ? 0 : 1;
        }
        assertEquals(true, fitted > 20_000, fitted + " of them did");
    }
}
