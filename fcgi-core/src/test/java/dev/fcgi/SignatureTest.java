package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the exported packages promise: the signature of everything that is public or protected, one line each, is
 * checked in as {@code api.txt}. Removing or changing a line breaks users; a new one is a promise. Each is a decision,
 * so the file is changed by hand, or copied from the place that the failed test names.
 */
final class SignatureTest {
    @Test
    void everythingExportedIsAsPromised() throws Exception {
        Path classes = Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> lines = new ArrayList<>();
        for (String exported : exportedPackages(classes)) {
            lines.add("package " + exported);
            for (Class<?> type : typesOf(classes, exported)) {
                lines.addAll(describe(type));
            }
        }
        String actual = String.join("\n", lines) + "\n";
        Path copy = classes.resolveSibling("api.txt");
        Files.writeString(copy, actual);
        try (InputStream in = SignatureTest.class.getResourceAsStream("api.txt")) {
            assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), actual,
                    "the API has changed; if that is meant, src/test/resources/dev/fcgi/api.txt is to be " + copy);
        }
    }

    /** The Java columns of the document name only what exists. */
    @Test
    void theDocumentForPerlProgramsNamesWhatThereIs() throws Exception {
        String api;
        try (InputStream in = SignatureTest.class.getResourceAsStream("api.txt")) {
            api = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Set<String> names = words("\\b([a-z]\\w*)\\(", api);
        Set<String> columns = Files.readString(Path.of("../docs/from-perl.md")).lines()
                .filter(line -> line.matches("\\|.*\\|.*\\|"))
                .map(line -> line.replaceAll(" \\|$", "").replaceAll(".* \\| ", ""))
                .collect(Collectors.toSet());
        Set<String> called = new TreeSet<>();
        for (String code : words("`([^`]+)`", String.join("\n", columns))) {
            called.addAll(words("(?:^|[.( ])([a-z]\\w*)\\(", code));
        }
        assertTrue(called.size() > 50, called::toString);
        called.removeAll(names);
        called.removeAll(Set.of("print", "println"));
        assertEquals(Set.of(), called);
    }

    private static Set<String> words(String expression, String text) {
        return Pattern.compile(expression).matcher(text).results().map(word -> word.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> exportedPackages(Path classes) throws IOException {
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            return ModuleDescriptor.read(in).exports().stream()
                    .filter(export -> !export.isQualified()).map(ModuleDescriptor.Exports::source).sorted().toList();
        }
    }

    private static List<Class<?>> typesOf(Path classes, String exported) throws Exception {
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes.resolve(exported.replace('.', '/')))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type = Class.forName(exported + '.' + name.replace(".class", ""), false,
                            SignatureTest.class.getClassLoader());
                    if (isPromised(type)) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPromised(Class<?> type) {
        return isVisible(type.getModifiers())
                && (type.getDeclaringClass() == null || isPromised(type.getDeclaringClass()));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static List<String> describe(Class<?> type) {
        TreeMap<String, String> members = new TreeMap<>(); // by name and parameters, because reflection has no defined order
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
                members.put(field.getName(), prefix(field.getModifiers()) + field.getGenericType().getTypeName() + " "
                        + field.getName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic()) {
                members.put("new" + signature(constructor),
                        prefix(constructor.getModifiers()) + "new" + signature(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method.getModifiers()) && !method.isSynthetic()) {
                members.put(method.getName() + signature(method), prefix(method.getModifiers())
                        + method.getGenericReturnType().getTypeName() + " " + method.getName() + signature(method));
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add("  " + heading(type));
        members.values().forEach(member -> lines.add("    " + member));
        return lines;
    }

    private static String heading(Class<?> type) {
        String kind = type.isEnum() ? "enum " : type.isRecord() ? "record " : type.isInterface() ? "interface "
                : "class ";
        List<String> above = new ArrayList<>();
        if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
            above.add(type.getGenericSuperclass().getTypeName());
        }
        Stream.of(type.getGenericInterfaces()).map(Type::getTypeName).forEach(above::add);
        int telling = type.isInterface() ? type.getModifiers() & ~Modifier.ABSTRACT : type.getModifiers();
        return prefix(telling) + kind + type.getName()
                + (above.isEmpty() ? "" : " : " + String.join(", ", above));
    }

    private static String prefix(int modifiers) {
        int telling = modifiers & (Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT);
        return telling == 0 ? "" : Modifier.toString(telling) + " ";
    }

    private static String signature(Executable member) {
        String thrown = Arrays.stream(member.getGenericExceptionTypes()).map(Type::getTypeName).sorted()
                .collect(Collectors.joining(", "));
        return Arrays.stream(member.getGenericParameterTypes()).map(Type::getTypeName)
                .collect(Collectors.joining(", ", "(", ")")) + (thrown.isEmpty() ? "" : " throws " + thrown);
    }
}
