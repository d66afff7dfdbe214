package dev.fcgi.examples.check;

import java.io.IOException;
import java.time.Duration;

/**
 * What a suite is run on.
 *
 * @param <T> what a case gets of it
 */
public interface Subject<T> extends AutoCloseable {
    /** {@return what the cases are for} */
    Class<T> type();

    /** Starts it, the first time or again; returns false if that is not ours to do. */
    boolean start() throws IOException;

    /** {@return what a case gets} */
    T of(Trial trial);

    /** {@return why it does not do what all cases need, or null if it does} Asked before the first case and after each. */
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

    /** Does what all cases need. Throws a {@link Judgement} when that fails. */
    void look(Trial trial);

    @Override
    void close();
}
