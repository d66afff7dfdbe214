package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.Level.MUST;

/** Section 3.3: records, their padding, the ids of requests. */
final class RecordCases {
    private RecordCases() {}

    @Case(id = "3.3-id-reuse", level = MUST, says = "The Web server re-uses FastCGI request IDs: an ID is free again "
            + "when END_REQUEST was sent")
    static void idReuse(Application app) {
        app.connect()
                .request(1, KEEP_CONN).expectPage(1)
                .request(1, KEEP_CONN).expectPage(1)
                .request(1, 0).expectPage(1).expectEnd();
    }
}
