package dev.fcgi.examples.cli;

/** A number of a status page that tells whether a server is well. */
record Threshold(String field, Integer limit, boolean least) {
    static Threshold most(String field, Integer limit) {
        return new Threshold(field, limit, false);
    }

    static Threshold least(String field, Integer limit) {
        return new Threshold(field, limit, true);
    }

    /** Fails when the number is on the wrong side of the limit, or is not told. */
    void check(StatusFields status, String page) throws Failure {
        if (limit == null) {
            return;
        }
        long value = status.number(field);
        if (value < 0) {
            throw new Failure(ExitStatus.FAILED, page + " does not tell the " + field);
        }
        if (least ? value < limit : value > limit) {
            throw new Failure(ExitStatus.FAILED, field + " is " + value + (least ? ", less than " : ", more than ") + limit);
        }
    }
}
