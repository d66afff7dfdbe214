package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES_RESULT;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_TYPE;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * A feature that many cases need, tried once for each application. If it is missing, the case about it fails, if the
 * feature is required; other cases that need it cannot be judged and do not fail.
 */
enum Ability {
    /** A second connection is served while the first is open. */
    TWO_CONNECTIONS("serve two connections at a time: 3.2-two-connections", app -> {
        app.connect().request(1, KEEP_CONN).expectPage(1);
        app.connect().request(1, 0).expectPage(1);
    }),
    /** A connection is kept when the web server says so. */
    KEEP("keep connections: 3.5-keep-1", app -> app.connect()
            .request(1, KEEP_CONN).expectPage(1).request(2, KEEP_CONN).expectPage(2)),
    /** GET_VALUES is answered. */
    VALUES("answer GET_VALUES: 4.1-get-values", app -> app.connect().padding(8).getValues("FCGI_MPXS_CONNS")
            .expectAny(GET_VALUES_RESULT)),
    /** Unknown management records are answered. */
    UNKNOWN_TYPES("answer unknown types: 4.2-type-12", app -> app.connect().record(12, 0, new byte[0])
            .expectAny(UNKNOWN_TYPE)),
    /** Unknown roles are rejected. */
    UNKNOWN_ROLES("reject unknown roles: 5.1-unknown-role", app -> app.connect().begin(1, 9, 0).params(1).endStdin(1)
            .reply(1).refused(FcgiRecord.UNKNOWN_ROLE)),
    /** A request that is aborted ends. */
    ABORT("end an aborted request: 5.4-in-params", app -> app.connect().begin(1, RESPONDER, 0)
            .stream(PARAMS, 1, app.page().params()).abort(1).reply(1).complete()),
    /** A request is answered while another on the same connection is active. */
    MULTIPLEX("multiplex: 4.1-mpxs-conns", app -> app.connect().begin(1, RESPONDER, KEEP_CONN)
            .stream(PARAMS, 1, app.page().params()).request(2, KEEP_CONN).expectPage(2));

    private final String what;
    private final Consumer<Application> test;

    Ability(String what, Consumer<Application> test) {
        this.what = what;
        this.test = test;
    }

    boolean isOf(ApplicationSubject subject, Duration timeout) {
        Trial trial = new Trial(timeout);
        try {
            test.accept(new Application(subject, trial));
            return true;
        } catch (Judgement e) {
            return false;
        } finally {
            trial.close();
        }
    }

    /** The feature is missing. */
    Judgement missing() {
        return Judgement.unimplemented("it does not " + what);
    }
}
