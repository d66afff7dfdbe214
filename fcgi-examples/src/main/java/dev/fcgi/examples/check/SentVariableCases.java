package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.util.function.Predicate;

/** Section 6.2: a Responder receives CGI/1.1 environment variables over PARAMS, those of RFC 3875, 4.1. */
final class SentVariableCases {
    private SentVariableCases() {}

    /** Checks a required variable; missing and empty are equivalent (RFC 3875, 4.1). */
    private static void variable(WebServer web, String name, Predicate<String> condition) {
        Visit visit = web.visit();
        visit.page().end().expectPage();
        String value = visit.request().param(name);
        web.trial().saw(name + (value == null ? " is not there" : " is " + value));
        if (!condition.test(value == null ? "" : value)) {
            throw Judgement.unmet(name + " is not as it has to be");
        }
    }

    @Case(id = "6.2-sent-request-method", level = MUST, says = "The Responder receives CGI/1.1 environment variables; the "
            + "server must set REQUEST_METHOD (RFC 3875, 4.1.12)")
    static void requestMethod(WebServer web) {
        variable(web, "REQUEST_METHOD", "GET"::equals);
    }

    @Case(id = "6.2-sent-path", level = MUST, says = "The path of the URL is SCRIPT_NAME, which the server must set, and "
            + "PATH_INFO (RFC 3875, 3.3 and 4.1.13)")
    static void path(WebServer web) {
        Visit visit = web.visit();
        visit.page().end().expectPage();
        String script = visit.request().param("SCRIPT_NAME");
        String info = visit.request().param("PATH_INFO");
        web.trial().saw("SCRIPT_NAME is " + script + ", PATH_INFO is " + info);
        String path = (script == null ? "" : script) + (info == null ? "" : info);
        if (!path.startsWith("/") || path.startsWith("//")) {
            throw Judgement.unmet("SCRIPT_NAME and PATH_INFO are not a path together");
        }
    }

    @Case(id = "6.2-sent-query-string", level = SHOULD, says = "The server must set QUERY_STRING, to an empty string if "
            + "there is no query (RFC 3875, 4.1.7), which is the same as not to set it (4.1)")
    static void queryString(WebServer web) {
        Visit visit = web.visit();
        visit.page().end().expectPage();
        if (visit.request().param("QUERY_STRING") == null) {
            throw Judgement.unmet("there is no QUERY_STRING");
        }
    }

    @Case(id = "6.2-sent-server-protocol", level = MUST, says = "The server must set SERVER_PROTOCOL (RFC 3875, 4.1.16)")
    static void serverProtocol(WebServer web) {
        variable(web, "SERVER_PROTOCOL", value -> value.matches("HTTP/\\d+(\\.\\d+)?"));
    }

    @Case(id = "6.2-sent-server-name", level = MUST, says = "The server must set SERVER_NAME to the name of the host "
            + "(RFC 3875, 4.1.14): a name or an address, without a port")
    static void serverName(WebServer web) {
        variable(web, "SERVER_NAME", value -> value.matches("[^:]+|\\[[0-9A-Fa-f:.]+\\]"));
    }

    @Case(id = "6.2-sent-server-port", level = MUST, says = "The server must set SERVER_PORT (RFC 3875, 4.1.15)")
    static void serverPort(WebServer web) {
        variable(web, "SERVER_PORT", value -> value.matches("\\d{1,5}"));
    }

    @Case(id = "6.2-sent-remote-addr", level = MUST, says = "The server must set REMOTE_ADDR to the address of the client "
            + "(RFC 3875, 4.1.8)")
    static void remoteAddr(WebServer web) {
        variable(web, "REMOTE_ADDR", value -> value.matches("[0-9A-Fa-f:.]+"));
    }

    @Case(id = "6.2-sent-gateway-interface", level = MUST, says = "The server must set GATEWAY_INTERFACE, to CGI/1.1 "
            + "(RFC 3875, 4.1.4)")
    static void gatewayInterface(WebServer web) {
        variable(web, "GATEWAY_INTERFACE", "CGI/1.1"::equals);
    }

    @Case(id = "6.2-sent-server-software", level = MUST, says = "The server must set SERVER_SOFTWARE (RFC 3875, 4.1.17)")
    static void serverSoftware(WebServer web) {
        variable(web, "SERVER_SOFTWARE", value -> !value.isEmpty());
    }
}
