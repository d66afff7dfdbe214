package dev.fcgi.examples.cli;

/** A limit on a number of a status page. */
record Threshold(String field, Integer limit, boolean least) {
    static Threshold most(String field, Integer limit) {
        return new Threshold(field, limit, false);
    }

    static Threshold least(String field, Integer limit) {
        return new Threshold(field, limit, true);
    }

    /** Fails when the number is beyond the limit, or missing. */
    void check(StatusFields status, String page) throws Failure {
        if (limit == null) {
            return;
        }
        long value = status.number(field);
        if (value < 0) {
            throw new Failure(ExitStatus.FAILED, page + " does not have the field " + field);
        }
        if (least ? value < limit : value > limit) {
            throw new Failure(ExitStatus.FAILED, field + " is " + value + (least ? ", must be at least " : ", must be at most ") + limit);
        }
    }
}
