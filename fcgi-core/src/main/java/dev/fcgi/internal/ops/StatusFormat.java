package dev.fcgi.internal.ops;

import dev.fcgi.internal.ops.StatusData.Field;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/** The pages that programs read, as PHP-FPM writes them, byte for byte. */
enum StatusFormat {
    TEXT("text/plain;charset=UTF-8") {
        @Override
        void write(StringBuilder page, StatusData data, boolean full) {
            lines(page, data.pool());
            if (full) {
                for (List<Field> request : data.requests()) {
                    page.append("\n************************\n");
                    lines(page, request);
                }
            }
        }

        private void lines(StringBuilder page, List<Field> fields) {
            for (Field field : fields) {
                String name = field.name().equals("request uri") ? "request URI" : field.name();
                page.append(String.format("%-22s", name + ':')).append(text(field.value())).append('\n');
            }
        }
    },

    JSON("application/json") {
        @Override
        void write(StringBuilder page, StatusData data, boolean full) {
            object(page, data.pool());
            if (full) {
                page.setLength(page.length() - 1);
                page.append(", \"processes\":[");
                String separator = "";
                for (List<Field> request : data.requests()) {
                    object(page.append(separator), request);
                    separator = ",";
                }
                page.append("]}");
            }
        }

        private void object(StringBuilder page, List<Field> fields) {
            char separator = '{';
            for (Field field : fields) {
                page.append(separator).append('"').append(field.name()).append("\":");
                if (field.value() instanceof String text) {
                    page.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/")).append('"');
                } else {
                    page.append(number(field.value()));
                }
                separator = ',';
            }
            page.append('}');
        }
    },

    XML("text/xml;charset=UTF-8") {
        @Override
        void write(StringBuilder page, StatusData data, boolean full) {
            page.append("<?xml version=\"1.0\" ?>\n<status>\n");
            for (Field field : data.pool()) {
                element(page, field);
                page.append('\n');
            }
            if (full) {
                page.append("<processes>\n");
                for (List<Field> request : data.requests()) {
                    page.append("<process>");
                    request.forEach(field -> element(page, field));
                    page.append("</process>\n");
                }
                page.append("</processes>\n");
            }
            page.append("</status>");
        }

        private void element(StringBuilder page, Field field) {
            String name = field.name().replace(' ', '-');
            page.append('<').append(name).append('>').append(markup(number(field.value()))).append("</").append(name)
                    .append('>');
        }
    };

    private final String type;

    StatusFormat(String type) {
        this.type = type;
    }

    String type() {
        return type;
    }

    /** Appends the page; if {@code full}, with a part for each request. */
    abstract void write(StringBuilder page, StatusData data, boolean full);

    /** {@return a value for people: times as in an access log} */
    static String text(Object value) {
        if (value instanceof Instant time) {
            StringBuilder text = new StringBuilder();
            Strftime.append(text, Strftime.DEFAULT, time.atZone(ZoneId.systemDefault()));
            return text.toString();
        }
        return number(value);
    }

    /** {@return a value for programs: times in seconds} */
    static String number(Object value) {
        return switch (value) {
            case Instant time -> Long.toString(time.getEpochSecond());
            case Double number -> String.format(Locale.ROOT, "%.2f", number);
            default -> value.toString();
        };
    }

    /** {@return text escaped for HTML and XML} */
    static String markup(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#039;");
    }
}
