package dev.fcgi.examples.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a static method a case: a transcript of what is sent and what is expected. Its parameter is the subject under
 * test. The method returns if everything was as expected, and otherwise throws a {@link Judgement}, mostly through the
 * expectations of {@link Connection} and {@link Reply}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Case {
    /** The section of the specification followed by words, {@code 3.3-id-reuse}; it never changes. */
    String id();

    Level level();

    /** What the section says, or what is tried where it is silent. */
    String says();
}
