package dev.fcgi.examples.check;

import java.util.Locale;

/** The faults of {@link BrokenWebServer}, and the case that finds each. */
enum WebServerFault {
    VERSION("3.3-sent-version"),
    RESERVED("3.3-sent-reserved"),
    NO_ALIGNMENT("3.3-sent-alignment"),
    STDIN_OF_ID_0("3.3-sent-request-id"),
    LARGE_ID("3.3-sent-small-id"),
    PAIRS_WITH_EQUAL_SIGN("3.4-sent-pairs"),
    ONE_BYTE_FOR_128("3.4-sent-long-values"),
    BEGIN_OF_7("5.1-sent-length"),
    ROLE("5.1-sent-role"),
    FLAGS("5.1-sent-flags"),
    BEGIN_TWICE("5.1-sent-first"),
    NO_END_OF_PARAMS("5.2-sent-params-end"),
    NO_END_OF_STDIN("5.3-sent-stdin-end"),
    STDIN_WITHIN_PARAMS("6.1-sent-in-order"),
    NULL_BYTE("6.1-sent-no-null-byte"),
    NAME_TWICE("6.2-sent-names-once"),
    BODY_AS_TEXT("5.3-sent-body"),
    BODY_OF_ONE_RECORD("5.3-sent-large-body"),
    BODY_FOR_GET("5.3-sent-no-body"),
    NO_CONTENT_LENGTH("6.2-sent-content-length"),
    NO_REQUEST_METHOD("6.2-sent-request-method"),
    NO_SCRIPT_NAME("6.2-sent-path"),
    NO_QUERY_STRING("6.2-sent-query-string"),
    NO_SERVER_PROTOCOL("6.2-sent-server-protocol"),
    NO_SERVER_NAME("6.2-sent-server-name"),
    NO_SERVER_PORT("6.2-sent-server-port"),
    NO_REMOTE_ADDR("6.2-sent-remote-addr"),
    NO_GATEWAY_INTERFACE("6.2-sent-gateway-interface"),
    NO_SERVER_SOFTWARE("6.2-sent-server-software"),

    PADDING_IS_CONTENT("3.3-got-padding-1"),
    SIGNED_PADDING("3.3-got-padding-255"),
    PADDING_COMES_AT_ONCE("3.3-got-padding-later"),
    HEADER_COMES_AT_ONCE("3.3-got-pieces"),
    HEAD_IS_A_RECORD("3.3-got-records-of-1"),
    SIGNED_LENGTH("3.3-got-records-of-65535"),
    BODY_BEGINS_A_RECORD("3.3-got-one-record"),
    RESERVED_IS_0("3.3-got-reserved"),
    ANY_ID("3.3-got-other-id"),
    ANY_ID_ENDS("5.5-got-end-of-other-id"),
    ANY_TYPE_IS_STDOUT("3.3-got-unknown-type"),
    MANAGEMENT_IS_STDOUT("4.2-got-unsolicited"),
    STDERR_IS_STDOUT("5.3-got-stderr"),
    STDERR_IS_NOT_READ("5.3-got-stderr-large"),
    STDERR_HAS_LINES("5.3-got-stderr-without-newline"),
    EMPTY_STDERR_IS_THE_END("6.1-got-stderr-empty"),
    STDERR_HAS_NO_END("5.3-got-stderr-ended"),
    STDOUT_HAS_AN_END("6.1-got-stdout-unended"),
    STDOUT_AFTER_ITS_END("3.3-got-stdout-after-end"),
    READS_ON("3.3-got-after-end-request"),
    SOMEBODY_ELSES("3.3-got-two-browsers"),

    APP_STATUS_IS_ERROR("5.5-got-app-status"),
    SIGNED_APP_STATUS("5.5-got-app-status-max"),
    END_IS_ALL_ZEROS("5.5-got-reserved"),
    END_COMES_AT_ONCE("5.5-got-late-end"),
    OVERLOADED_IS_WELL("5.5-got-overloaded"),
    CANT_MPX_CONN_IS_WELL("5.5-got-cant-mpx-conn"),
    UNKNOWN_ROLE_IS_WELL("5.5-got-unknown-role"),
    NOTHING_IS_WELL("5.5-got-nothing"),
    LOSS_IS_THE_END("5.5-lost-in-body"),
    LOSS_BEFORE_ANSWER_HANGS("5.5-lost-before-answer"),
    RESET_IS_THE_END("5.5-lost-by-reset-in-body"),

    PAGE_LIMIT("6.2-got-large-page"),
    PAGE_IS_TEXT("6.2-got-binary-page"),
    EMPTY_IS_ERROR("6.2-got-empty-page"),
    IMPATIENT("6.2-got-slow-page"),
    CRLF_ONLY("6.2-got-newline-lf"),
    NO_STATUS("6.2-got-status"),
    STATUS_IS_FIRST("6.2-got-status-last"),
    NO_LOCATION("6.2-got-location"),
    SHORT_FIELDS("6.2-got-long-field"),
    CONTENT_LENGTH_DOES_NOT_MATTER("6.2-got-less-than-content-length"),
    END_NEEDS_ALL_SENT("6.2-got-early-end"),

    USES_WHAT_IS_CLOSED("3.5-kept-and-closed"),
    NEVER_ASKS_AGAIN("3.5-kept-and-lost"),
    VALUES_OF_ID_1("4.1-sent-values"),
    NEEDS_VALUES("4.1-got-no-values"),
    WAITS_FOR_VALUES("4.1-got-silence"),
    NO_ABORT("5.4-sent-abort"),
    NO_ABORT_BEFORE_OUTPUT("5.4-sent-abort-at-once");

    private final String id;

    WebServerFault(String id) {
        this.id = id;
    }

    /** {@return the case that finds it} */
    String id() {
        return id;
    }

    /** {@return the parameter that is missing, or null} */
    String missing() {
        return name().startsWith("NO_") ? name().substring(3) : null;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
