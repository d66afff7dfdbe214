package dev.fcgi.examples.check;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A case of a suite.
 *
 * @param <T> the type of its parameter
 * @param id the section of the specification followed by words
 * @param level how strict it is
 * @param says what the section says
 * @param method the transcript, a static method of one parameter
 */
public record TestCase<T>(String id, Level level, String says, Method method) {
    /** {@return the cases for a type of subject among the methods of some classes, in the order of sections} */
    static <T> List<TestCase<T>> of(Class<T> subject, Class<?>... classes) {
        return Stream.of(classes)
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Case.class))
                .filter(method -> method.getParameterTypes()[0] == subject)
                .map(TestCase::<T>of)
                .sorted(Comparator.comparing(TestCase::id)) // no section number has two digits
                .toList();
    }

    private static <T> TestCase<T> of(Method method) {
        Case it = method.getAnnotation(Case.class);
        return new TestCase<>(it.id(), it.level(), it.says(), method);
    }

    /** {@return its section of the FastCGI specification} */
    public String section() {
        return id.substring(0, id.indexOf('-'));
    }

    /**
     * Runs it once.
     *
     * @throws Judgement if something was not as expected
     */
    void run(T subject) {
        try {
            method.invoke(null, subject);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Judgement judgement) {
                throw judgement;
            }
            throw new IllegalStateException("case " + id + " is broken", e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("case " + id + " is not package-private", e);
        }
    }
}
