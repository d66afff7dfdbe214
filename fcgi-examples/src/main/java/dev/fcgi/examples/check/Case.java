package dev.fcgi.examples.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a static method a case: a transcript of what is sent and what is expected. Its parameter is what is tested. It
 * returns when all was as expected, and says otherwise by a {@link Judgement}, mostly through the expectations of
 * {@link Connection} and {@link Reply}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Case {
    /** The section of the specification and words, {@code 3.3-id-reuse}; it never changes. */
    String id();

    Level level();

    /** What the section says, or what is done where it says nothing. */
    String says();
}
