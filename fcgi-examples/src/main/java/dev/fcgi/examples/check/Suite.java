package dev.fcgi.examples.check;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * The cases for one kind of subject. They run one after the other, each on its own connections. After each, the subject
 * must still serve.
 *
 * @param <T> the type of a case's parameter
 */
public final class Suite<T> {
    /** For applications. */
    public static final Suite<Application> APPLICATIONS = new Suite<>(TestCase.of(Application.class,
            ClosingCases.class, RecordCases.class, IdCases.class, StreamCases.class, PairCases.class,
            ValuesCases.class, UnknownTypeCases.class, BeginCases.class, BodyCases.class, AbortCases.class, EndCases.class, RoleCases.class,
            ErrorCases.class));

    /** For web servers and clients. */
    public static final Suite<WebServer> WEB_SERVERS = new Suite<>(TestCase.of(WebServer.class,
            SentRequestCases.class, SentVariableCases.class, SharedConnectionCases.class, AnswerRecordCases.class,
            AnswerEndCases.class, AnswerContentCases.class));

    /** How much longer a start may take than an answer. */
    private static final int START = 10;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final List<TestCase<T>> cases;

    Suite(List<TestCase<T>> cases) {
        this.cases = cases;
    }

    /** {@return the cases in the order of the specification's sections} */
    public List<TestCase<T>> cases() {
        return cases;
    }

    /** {@return the suite of the cases that meet a condition} */
    public Suite<T> only(Predicate<TestCase<?>> condition) {
        return new Suite<>(cases.stream().filter(condition).toList());
    }

    /** Observes a run. */
    public interface Listener {
        /** A case begins. */
        void begins(TestCase<?> testCase);

        /** A case has ended. */
        void ended(Result result) throws IOException;
    }

    /**
     * Runs the cases. Starts the subject first, if it can, and again whenever it has died.
     *
     * @param timeout how long an expected event may take
     * @throws SubjectException when the subject does not work as all cases require, or has died and cannot be restarted
     * @throws IOException when it cannot be started, or the listener throws it
     */
    public void run(Subject<T> subject, Duration timeout, Listener listener) throws IOException {
        boolean ours = subject.start();
        String failure = ours ? failureAfterAWhile(subject, timeout) : subject.failure(timeout);
        if (failure != null) {
            throw new SubjectException(failure);
        }
        for (TestCase<T> testCase : cases) {
            listener.begins(testCase);
            Result result = run(testCase, subject, timeout);
            if (serves(subject, timeout)) {
                listener.ended(result);
                continue;
            }
            listener.ended(result.andDied());
            subject.start(); // otherwise it has to come back by itself
            failure = failureAfterAWhile(subject, timeout);
            if (failure != null) {
                throw new SubjectException("it does not come back after " + testCase.id() + ": " + failure);
            }
        }
    }

    private Result run(TestCase<T> testCase, Subject<T> subject, Duration timeout) {
        long start = System.nanoTime();
        Trial trial = new Trial(timeout);
        Verdict verdict = Verdict.PASS;
        String message = "";
        List<String> ended;
        try {
            testCase.run(subject.of(trial));
        } catch (Judgement judgement) {
            verdict = judgement.verdict(testCase.level());
            message = judgement.getMessage();
        } finally {
            ended = trial.close();
        }
        if (!trial.seen().isEmpty()) {
            message += (message.isEmpty() ? "" : "; ") + trial.seen();
        }
        return new Result(testCase, verdict, message, ended, false, Duration.ofNanos(System.nanoTime() - start),
                trial.transcript().lines());
    }

    /** It may still be busy with the rest of a case for a moment. */
    private static boolean serves(Subject<?> subject, Duration timeout) {
        return subject.failure(timeout) == null || subject.failure(timeout) == null;
    }

    private static String failureAfterAWhile(Subject<?> subject, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + START * timeout.toNanos();
        String failure;
        while ((failure = subject.failure(timeout)) != null && System.nanoTime() < deadline) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        return failure;
    }
}
