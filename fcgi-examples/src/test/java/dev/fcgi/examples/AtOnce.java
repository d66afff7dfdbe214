package dev.fcgi.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** Long-running cases, run concurrently; each test waits for its own. */
final class AtOnce<C, R> implements AutoCloseable {
    /** What is done for each case. */
    interface Run<C, R> {
        R run(C one) throws Exception;
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<C, Future<R>> results = new LinkedHashMap<>();

    /** Starts all of them. */
    AtOnce(List<C> cases, Run<C, R> run) {
        cases.forEach(one -> results.put(one, threads.submit(() -> run.run(one))));
    }

    /** Waits for a case. Throws what it has thrown. */
    R result(C one) throws Exception {
        try {
            return results.get(one).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Error error -> throw error;
                case Exception exception -> throw exception;
                default -> throw e;
            }
        }
    }

    /** Ends, and writes the results of the cases, one row each. */
    void report(Report report, List<String> titles, BiFunction<C, R, List<String>> row) throws IOException {
        close();
        List<List<String>> rows = new ArrayList<>();
        rows.add(titles);
        results.forEach((one, result) -> rows.add(result.state() == Future.State.SUCCESS
                ? row.apply(one, result.resultNow())
                : List.of(one.toString(), "no result")));
        report.table(rows).write();
    }

    /** Interrupts running cases, and waits until they have cleaned up. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
