package dev.fcgi.examples.check;

import java.io.IOException;
import java.time.Duration;

/**
 * The program under test.
 *
 * @param <T> the type of a case's parameter
 */
public interface Subject<T> extends AutoCloseable {
    /** {@return the type of a case's parameter} */
    Class<T> type();

    /** Starts it, the first time or again; returns false if it has to be started by the user. */
    boolean start() throws IOException;

    /** {@return the parameter of a case} */
    T of(Trial trial);

    /**
     * {@return why it does not work as all cases require, or null if it does} Called before the first case and after
     * each.
     */
    default String failure(Duration timeout) {
        Trial trial = new Trial(timeout);
        try {
            look(trial);
            return null;
        } catch (Judgement e) {
            return e.getMessage();
        } finally {
            trial.close();
        }
    }

    /** Tries what all cases require. Throws a {@link Judgement} if that fails. */
    void look(Trial trial);

    @Override
    void close();
}
