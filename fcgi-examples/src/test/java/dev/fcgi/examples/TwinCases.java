package dev.fcgi.examples;

import static dev.fcgi.examples.TwinCase.FORM;
import static dev.fcgi.examples.TwinCase.get;
import static dev.fcgi.examples.TwinCase.multipart;
import static dev.fcgi.examples.TwinCase.post;
import static dev.fcgi.examples.TwinCase.send;
import static dev.fcgi.examples.TwinCase.utf8;

import java.util.Locale;
import java.util.stream.Stream;

/** The requests for both twins. */
final class TwinCases {
    private TwinCases() {}

    static Stream<TwinCase> all() {
        return Stream.of(queries(), forms(), uploads(), bodies(), urls(), headers(), cookies(), responses())
                .flatMap(cases -> cases);
    }

    private static Stream<TwinCase> queries() {
        return Stream.of(
                get("no query", "/form"),
                get("question mark only", "/form?"),
                get("one parameter", "/form?a=1"),
                get("repeated parameter", "/form?a=1&b=2&a=3"),
                get("semicolons", "/form?a=1;b=2;a=3&c=4"),
                get("empty values", "/form?a=&b=&a="),
                get("no equals sign beside others", "/form?a&b=2")
                        .differs("undef from url_param, an empty string from param", "url_param a", "(none)", ""),
                get("no equals sign at all", "/form?a&b")
                        .differs("url_param wants an equals sign, param is content with a separator",
                                "url_param a", null, "",
                                "url_param b", null, ""),
                get("several equals signs", "/form?a=1=2==3"),
                get("empty name", "/form?=1&a=2"),
                get("empty pairs", "/form?&a=1&&;b=2&"),
                get("plus and %20", "/form?a+b=c+d%20e%2Bf"),
                get("UTF-8", "/form?%C3%A9=%E2%82%AC%F0%9F%98%80"),
                get("raw UTF-8", "/form?a=" + utf8("é€")),
                get("malformed escapes", "/form?a=%&b=%4&c=%zz&d=%4z&e=100%&f=%%41"),
                get("escapes in lower case", "/form?a=%c3%a9%2f"),
                get("control characters", "/form?a=%00%01%0d%0a%09%7f"),
                get("invalid UTF-8", "/form?a=%ff%41&b=%C3&c=%C3%28&d=%80%80"),
                get("truncated UTF-8", "/form?a=%E2%82&b=%F0%9F%98x"),
                get("overlong UTF-8", "/form?a=%C0%80&b=%E0%80%AF")
                        .differs("one U+FFFD for each byte, as browsers do",
                                "param a", "\\fffd;", "\\fffd;\\fffd;",
                                "url_param a", "\\fffd;", "\\fffd;\\fffd;",
                                "param b", "\\fffd;", "\\fffd;\\fffd;\\fffd;",
                                "url_param b", "\\fffd;", "\\fffd;\\fffd;\\fffd;"),
                get("surrogates", "/form?a=%ED%A0%80")
                        .differs("half a character is no UTF-8", "param a", "\\d800;", "\\fffd;"),
                get("%u escapes", "/form?a=%u20AC")
                        .differs("never in a standard",
                                "param a", "\\20ac;", "%u20AC",
                                "url_param a", "\\20ac;", "%u20AC"),
                get("keywords", "/form?one+two%20three"),
                get("one keyword", "/form?one"),
                get("keywords with several blanks", "/form?one++two%20+%09three"),
                get("keywords with a blank in front", "/form?+one")
                        .differs("no keyword is empty", "keywords", "|one", "one"),
                get("keywords with an escaped plus", "/form?one%2Btwo")
                        .differs("an escaped plus is a plus", "keywords", "one|two", "one+two"),
                get("keywords with an escaped ampersand", "/form?one%26two%3Dthree"),
                get("special names", "/form?keywords=a&.submit=b")
                        .differs("no names have a meaning of their own",
                                "keywords", "a", null,
                                "names", "", "keywords|.submit",
                                "param .submit", null, "b",
                                "param keywords", null, "a",
                                "url_param keywords", null, "a"),
                send("DELETE", "DELETE", "/form?a=1", null, ""),
                send("form by GET", "GET", "/form?a=1", FORM, "a=2&b=3"),
                send("form by DELETE", "DELETE", "/form?a=1", FORM, "a=2&b=3"),
                send("HEAD", "HEAD", "/form?a=1", null, ""));
    }

    private static Stream<TwinCase> forms() {
        return Stream.of(
                post("form", "/form", "a=1&b=2"),
                post("form with a query", "/form?q=0&a=9", "a=1&b=2"),
                post("parameters of form and query", "/both?a=9&b=8", "b=2&c=3")
                        .differs("param looks into both; bodyParam is what param is with POST in Perl",
                                "first a", "(none)", "9",
                                "all b", "2", "2|8",
                                "names", "b|c", "b|c|a"),
                post("form with repeated fields", "/form", "a=1;a=2&b=&a=3"),
                post("form with UTF-8", "/form", utf8("é=€&") + "b=%C3%A9+x%0D%0Ay"),
                post("form with malformed escapes", "/form", "a=%&b=%zz&c=%4"),
                post("form with invalid UTF-8", "/form", "a=%ff&b=\u00ff"),
                post("form without equals sign", "/form", "one+two")
                        .differs("a field without value, as everywhere else; keywords are of the query",
                                "keywords", "one|two", null,
                                "names", "", "one two",
                                "param one two", null, ""),
                post("form with CRLF behind it", "/form", "a=1&b=2\r\n"),
                post("empty form", "/form", ""),
                send("form with a charset", "POST", "/form", FORM + "; charset=UTF-8", "a=%C3%A9"),
                send("type of a form in upper case", "POST", "/form", FORM.toUpperCase(Locale.ROOT), "a=1")
                        .differs("media types have no case",
                                "data", "3|3872c9ae3f427af0be0ead09d07ae2cf", null,
                                "names", null, "a",
                                "param a", null, "1"),
                send("form by PUT", "PUT", "/form?q=1", FORM, "a=1&a=2"),
                send("form by PATCH", "PATCH", "/form", FORM, "a=1"),
                post("form at the limit", "/form", "a=" + "x".repeat(99_998)),
                post("form over the limit", "/form", "a=" + "x".repeat(99_999)));
    }

    private static Stream<TwinCase> uploads() {
        String body = "--%s\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--%s--\r\n";
        return Stream.of(
                multipart("multipart fields", "name=\"a\"\n\n1", "name=\"b\"\n\n2", "name=\"a\"\n\n3"),
                multipart("empty multipart field", "name=\"a\"\n\n"),
                multipart("multipart field with UTF-8", "name=\"é\"\n\n€ %41 a+b"),
                multipart("multipart field of lines", "name=\"a\"\n\none\n\ntwo\n"),
                multipart("upload", "name=\"f\"; filename=\"a.txt\"\nContent-Type: text/plain\n\nhello"),
                multipart("upload without type", "name=\"f\"; filename=\"a.txt\"\n\nhello"),
                multipart("upload that ends with CRLF", "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\na\n\n"),
                multipart("upload of CRLF only", "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\n\n"),
                multipart("upload of nothing", "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\n"),
                multipart("no file chosen", "name=\"f\"; filename=\"\"\nContent-Type: application/octet-stream\n\n"),
                multipart("content without file name", "name=\"f\"; filename=\"\"\nContent-Type: x/y\n\nhello")
                        .differs("an upload whose name is empty",
                                "param f", "hello", "",
                                "upload f ", null, "x/y|5|5d41402abc4b2a76b9719d911017c592"),
                multipart("field of bytes", "name=\"f\"\nContent-Type: image/png\n\nhello")
                        .differs("what is not text is an upload",
                                "param f", "hello", "",
                                "upload f ", null, "image/png|5|5d41402abc4b2a76b9719d911017c592"),
                multipart("JSON field", "name=\"f\"\nContent-Type: application/json\n\n{}"),
                multipart("several files of a field", "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\n1",
                        "name=\"f\"; filename=\"b\"\nContent-Type: x/y\n\n22"),
                multipart("files and fields", "name=\"g\"; filename=\"b\"\nContent-Type: x/y\n\n22", "name=\"t\"\n\nx",
                        "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\n1"),
                multipart("file and text of one name", "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\n1",
                        "name=\"f\"\n\ntext"),
                multipart("file name with blanks", "name=\"f\"; filename=\"a b  c.txt\"\nContent-Type: x/y\n\n1"),
                multipart("file name with UTF-8", "name=\"f\"; filename=\"é€😀.txt\"\nContent-Type: x/y\n\n1"),
                multipart("file name with %22", "name=\"f\"; filename=\"a%22b.txt\"\nContent-Type: x/y\n\n1"),
                multipart("file name with \\\"", "name=\"f\"; filename=\"a\\\"b.txt\"\nContent-Type: x/y\n\n1")
                        .differs("old browsers and curl escape so",
                                "param f", "a\\5c;", "a\"b.txt",
                                "upload f a\"b.txt", null, "x/y|1|c4ca4238a0b923820dcc509a6f75849b",
                                "upload f a\\5c;", "x/y|1|c4ca4238a0b923820dcc509a6f75849b", null),
                multipart("file name with a semicolon", "name=\"f\"; filename=\"a;b=c.txt\"\nContent-Type: x/y\n\n1"),
                multipart("file name with a path", "name=\"f\"; filename=\"C:\\dir\\a.txt\"\nContent-Type: x/y\n\n1"),
                multipart("file name without quotes", "name=f; filename=a.txt\nContent-Type: x/y\n\n1"),
                multipart("file name with hyphen, without quotes", "name=f; filename=a-b.txt\nContent-Type: x/y\n\n1")
                        .differs("a hyphen may stand in a token",
                                "param f", "a", "a-b.txt",
                                "upload f a", "x/y|1|c4ca4238a0b923820dcc509a6f75849b", null,
                                "upload f a-b.txt", null, "x/y|1|c4ca4238a0b923820dcc509a6f75849b"),
                multipart("file name in both notations",
                        "name=\"f\"; filename=\"e.txt\"; filename*=UTF-8''%C3%A9.txt\nContent-Type: x/y\n\n1"),
                multipart("file name in front of the name", "filename=\"a\"; name=\"f\"\nContent-Type: x/y\n\n1"),
                multipart("no blank in front of the file name", "name=\"f\";filename=\"a\"\nContent-Type: x/y\n\n1")
                        .differs("the blank is optional",
                                "param f", "1", "a",
                                "upload f a", null, "x/y|1|c4ca4238a0b923820dcc509a6f75849b"),
                multipart("name with \\\"", "name=\"a\\\"b\"\n\n1")
                        .differs("old browsers and curl escape so",
                                "names", "a\\5c;\"b", "a\"b",
                                "param a\"b", null, "1",
                                "param a\\5c;\"b", "1", null),
                multipart("file name with backslashes", "name=\"f\"; filename=\"a\\\\b\"\nContent-Type: x/y\n\n1"),
                multipart("folded header", "name=\"f\";\n filename=\"a\"\nContent-Type: x/y\n\n1"),
                multipart("further headers", "name=\"f\"; filename=\"a\"\nContent-Type: x/y; q=1\nX-Thing: 1\n\n1"),
                multipart("header names in lower case", "name=\"f\"; filename=\"a\"\ncontent-type: x/y\n\n1"),
                multipart("field with a type", "name=\"a\"\nContent-Type: text/plain; charset=UTF-8\n\né"),
                multipart("field in another charset",
                        "name=\"a\"\nContent-Type: text/plain; charset=ISO-8859-1\n\né")
                        .differs("RFC 7578 4.5: the charset of the part counts", "param a", "\\e9;", "\\c3;\\a9;"),
                multipart("something like the boundary", "name=\"a\"\n\n-\n--\n--AaB\nAaB03x\n--aAB03X"),
                multipart("the boundary within a line", "name=\"a\"\n\nx--AaB03x", "name=\"b\"\n\n2")
                        .differs("a delimiter is a line of its own", "param a", "", "x--AaB03x"),
                multipart("a longer boundary in the content", "name=\"a\"\n\n1\n--AaB03xyz\n2")
                        .differs("a delimiter is a line of its own",
                                "status", "400", "200",
                                "body", "", null,
                                "names", null, "a",
                                "param a", null, "1\\d;\\a;--AaB03xyz\\d;\\a;2"),
                multipart("large upload", "name=\"f\"; filename=\"a\"\nContent-Type: x/y\n\n"
                        + "0123456789abcdef\n".repeat(5000)),
                multipart("form over the limit, multipart", "name=\"f\"; filename=\"a\"\n\n" + "x".repeat(100_000)),
                send("quoted boundary", "POST", "/form", "multipart/form-data; boundary=\"Aa:B 03/x\"",
                        body.replace("%s", "Aa:B 03/x")),
                send("boundary with a comma", "POST", "/form", "multipart/form-data; boundary=\"Aa,B\"",
                        body.replace("%s", "Aa,B"))
                        .differs("in quotes a comma is part of it",
                                "status", "400", "200",
                                "body", "", null,
                                "names", null, "a",
                                "param a", null, "x"),
                send("boundary of hyphens", "POST", "/form", "multipart/form-data; boundary=-----------------------1",
                        body.replace("%s", "-----------------------1")),
                send("boundary of 70 characters", "POST", "/form", "multipart/form-data; boundary=" + "'".repeat(70),
                        body.replace("%s", "'".repeat(70))),
                send("boundary behind a charset", "POST", "/form",
                        "multipart/form-data; charset=UTF-8; boundary=B; x=y", body.replace("%s", "B")),
                send("preamble and epilogue", "POST", "/form", "multipart/form-data; boundary=B",
                        "preamble\r\n--b\r\n\r\n" + body.replace("%s", "B") + "epilogue\r\n"),
                send("no CRLF behind the last boundary", "POST", "/form", "multipart/form-data; boundary=B",
                        body.replace("%s", "B").stripTrailing()),
                send("form without parts", "POST", "/form", "multipart/form-data; boundary=B", "--B--\r\n")
                        .differs("CGI::Fast->new dies",
                                "status", "500", "200",
                                "body", "", null,
                                "names", null, "",
                                "header content-type", "text/plain", "text/plain; charset=utf-8"),
                send("form that is cut off", "POST", "/form", "multipart/form-data; boundary=B",
                        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx")
                        .differs("CGI::Fast->new dies",
                                "status", "500", "400",
                                "header content-type", "text/plain", "text/plain; charset=utf-8"),
                send("form without boundary", "POST", "/form", "multipart/form-data", body.replace("%s", "B"))
                        .differs("the boundary is not guessed",
                                "status", "200", "400",
                                "body", null, "",
                                "names", "a", null,
                                "param a", "x", null),
                send("multipart with a query", "POST", "/form?q=1&a=2", "multipart/form-data; boundary=B",
                        body.replace("%s", "B")),
                send("multipart by PUT", "PUT", "/form", "multipart/form-data; boundary=B", body.replace("%s", "B"))
                        .differs("a form is a form by every method",
                                "names", "--B\\d;\\a;Content-Disposition: form-data| name", "a",
                                "param  name", "\"a\"\\d;\\a;\\d;\\a;x\\d;\\a;--B--\\d;\\a;", null,
                                "param --B\\d;\\a;Content-Disposition", "form-data: ", null,
                                "param a", null, "x"));
    }

    private static Stream<TwinCase> bodies() {
        return Stream.of(
                send("text by POST", "POST", "/form", "text/plain", "a=1&b\r\n"),
                send("bytes by POST with a query", "POST", "/form?q=1", "application/octet-stream", "\0\u00ff\r\n"),
                send("JSON by PUT", "PUT", "/form", "application/json", "{\"a\":1}"),
                send("JSON by PATCH", "PATCH", "/form?q=1", "application/json", "{\"a\":1}"),
                send("XML by POST", "POST", "/form", "application/xml", "<a b='1'/>"),
                send("XML by PUT", "PUT", "/form", "text/xml", "<a/>"),
                send("body without type", "POST", "/form", "", "a=1"),
                send("body over the limit by PUT", "PUT", "/form", "text/plain", "x".repeat(100_001)));
    }

    private static Stream<TwinCase> urls() {
        return Stream.of(
                get("meta-variables", "/meta", "User-Agent: test/1 (x; y)", "Referer: http://other.test/?a=b"),
                get("meta-variables with query", "/meta?a=1"),
                get("query of several", "/meta?a=1&b=%41")
                        .differs("the query is the one that was sent",
                                "self_url", "http://twin.test/meta?a=1;b=A", "http://twin.test/meta?a=1&b=%41",
                                "url_relative_path_query", "meta?a=1;b=A", "meta?a=1&b=%41"),
                get("path info", "/meta/a/b?a=1"),
                get("path info, a slash", "/meta/"),
                get("path info with escapes", "/meta/a%20b/%C3%A9%2Fc"),
                get("path info with a plus", "/meta/a+b")
                        .differs("in a path a plus is a plus",
                                "self_url", "http://twin.test/meta/a%20b/a+b", "http://twin.test/meta/a+b",
                                "url", "http://twin.test/meta/a%20b", "http://twin.test/meta",
                                "url_absolute", "/meta/a%20b", "/meta",
                                "url_absolute_path", "/meta/a%20b/a+b", "/meta/a+b",
                                "url_full", "http://twin.test/meta/a%20b", "http://twin.test/meta",
                                "url_relative", "a%20b", "meta",
                                "url_relative_path_query", "a%20b/a+b", "meta/a+b"),
                get("path info with percent", "/meta/100%25?a=1")
                        .differs("what was decoded is encoded again",
                                "self_url", "http://twin.test/meta/100%?a=1", "http://twin.test/meta/100%25?a=1",
                                "url_absolute_path", "/meta/100%", "/meta/100%25",
                                "url_relative_path_query", "meta/100%?a=1", "meta/100%25?a=1"),
                get("path info with question mark", "/meta/what%3F")
                        .differs("what was decoded is encoded again",
                                "self_url", "http://twin.test/meta/what?", "http://twin.test/meta/what%3F",
                                "url_absolute_path", "/meta/what?", "/meta/what%3F",
                                "url_relative_path_query", "meta/what?", "meta/what%3F"),
                get("path info with special characters", "/meta/a;b:c&d=~[]|\"<>")
                        .differs("a colon in a relative URL could end the name of a scheme", "url_relative_path_query",
                                "meta/a;b:c&d=~%5B%5D%7C%22%3C%3E", "meta/a;b%3Ac&d=~%5B%5D%7C%22%3C%3E"),
                get("path info with two slashes", "/meta/a//b")
                        .differs("PATH_INFO as it was sent, and once only",
                                "path_info", "/a//b", "/a/b",
                                "url", "http://twin.test/meta/a//b", "http://twin.test/meta",
                                "url_full", "http://twin.test/meta/a//b", "http://twin.test/meta",
                                "url_absolute", "/meta/a//b", "/meta",
                                "url_relative", "b", "meta",
                                "self_url", "http://twin.test/meta/a//b/a//b", "http://twin.test/meta/a/b",
                                "url_absolute_path", "/meta/a//b/a//b", "/meta/a/b",
                                "url_relative_path_query", "b/a//b", "meta/a/b"),
                get("rewritten path", "/pretty/x?a=1"),
                get("rewritten path without path info", "/pretty"),
                get("host with a port", "/meta", "Host: twin.test:8080"),
                get("host with the usual port", "/meta", "Host: twin.test:80"),
                get("host is an IPv6 address", "/meta", "Host: [2001:db8::1]:8080")
                        .differs("the brackets are part of the syntax",
                                "self_url", "http://%5B2001:db8::1%5D:8080/meta", "http://[2001:db8::1]:8080/meta",
                                "url", "http://%5B2001:db8::1%5D:8080/meta", "http://[2001:db8::1]:8080/meta",
                                "url_full", "http://%5B2001:db8::1%5D:8080/meta", "http://[2001:db8::1]:8080/meta",
                                "url_no_rewrite", "http://%5B2001:db8::1%5D:8080/meta",
                                "http://[2001:db8::1]:8080/meta"),
                get("no host", "/meta", "Host:"),
                get("HTTPS", "/meta?a=1", "X-Secure: 1"),
                get("HTTPS with a port", "/meta", "X-Secure: 1", "Host: twin.test:8443"),
                get("X-Forwarded-Host", "/meta", "X-Forwarded-Host: evil.test")
                        .differs("only behind a proxy that sets it: CgiOptions.trustForwarded",
                                "self_url", "http://evil.test/meta", "http://twin.test/meta",
                                "url", "http://evil.test/meta", "http://twin.test/meta",
                                "url_full", "http://evil.test/meta", "http://twin.test/meta",
                                "url_no_rewrite", "http://evil.test/meta", "http://twin.test/meta",
                                "url_base", "http://evil.test", "http://twin.test",
                                "virtual_host", "evil.test", "twin.test"),
                get("remote user", "/meta", "Authorization: Basic dXNlcjpzZWNyZXQ="),
                send("meta-variables of POST", "POST", "/meta?q=1", FORM + "; charset=utf-8", "a=1")
                        .differs("the query is the one that was sent",
                                "self_url", "http://twin.test/meta?a=1", "http://twin.test/meta?q=1",
                                "url_relative_path_query", "meta?a=1", "meta?q=1"),
                send("meta-variables of HEAD", "HEAD", "/meta", null, ""));
    }

    private static Stream<TwinCase> headers() {
        return Stream.of(
                get("header", "/meta", "Accept-Language: de-CH, en;q=0.5"),
                get("header with UTF-8", "/meta", "User-Agent: " + utf8("é€")),
                get("repeated header", "/meta", "X-Twice: 1", "X-Twice: 2")
                        .differs("FCGI.pm keeps the last of parameters with one name", "x_twice", "2", "1, 2"),
                get("empty header", "/meta", "User-Agent:")
                        .differs("missing and empty mean the same", "user_agent", "", "(none)"),
                get("no Accept", "/accept")
                        .differs("everything is welcome",
                                "accepts text/html", "0.00", "1.00",
                                "accepts text/plain", "0.00", "1.00",
                                "accepts image/png", "0.00", "1.00"),
                get("Accept", "/accept", "Accept: text/html, image/png;q=0.8, text/plain;q=0.25"),
                get("Accept everything", "/accept", "Accept: */*"),
                get("Accept with a range", "/accept", "Accept: text/*;q=0.5"),
                get("Accept with a narrow and a wide range", "/accept", "Accept: text/*;q=0.5, */*;q=0.1")
                        .differs("the most specific range counts",
                                "accepts text/html", "0.10", "0.50",
                                "accepts text/plain", "0.10", "0.50"),
                get("Accept with parameters", "/accept", "Accept: text/html;level=1;q=0.4,text/plain")
                        .differs("RFC 9110 12.5.1: a range with parameters takes only types with them",
                                "accepts text/html", "0.40", "0.00"),
                get("Accept with q=0", "/accept", "Accept: text/html;q=0, text/plain")
                        .differs("0 means not at all",
                                "accepts text/html", "1.00", "0.00",
                                "types", "text/html|text/plain", "text/plain"),
                get("Accept with q=1.0 and blanks", "/accept", "Accept: text/html ; q=1.0 , image/png;q=0.5")
                        .differs("the blank is no part of the type",
                                "accepts text/html", "0.00", "1.00",
                                "types", "image/png|text/html ", "image/png|text/html"));
    }

    private static Stream<TwinCase> cookies() {
        return Stream.of(
                get("no cookie", "/cookies"),
                get("cookie", "/cookies", "Cookie: a=1"),
                get("several cookies", "/cookies", "Cookie: b=2; a=1;c=3"),
                get("cookies separated by commas", "/cookies", "Cookie: a=1, b=2,c=3")
                        .differs("a comma is part of the value",
                                "cookie a", "1", "1, b=2,c=3",
                                "cookie b", "2", null,
                                "cookie c", "3", null,
                                "names", "a|b|c", "a"),
                get("cookie twice", "/cookies", "Cookie: a=1; a=2"),
                get("two Cookie headers", "/cookies", "Cookie: a=1", "Cookie: b=2")
                        .differs("FCGI.pm keeps the last of parameters with one name",
                                "cookie a", null, "1",
                                "names", "b", "a|b",
                                "raw", "b=2", "a=1; b=2"),
                get("encoded cookie", "/cookies", "Cookie: a=%C3%A9%3B%2C%20x%zz"),
                get("encoded name of a cookie", "/cookies", "Cookie: a%20b=1")
                        .differs("names stay as they were sent",
                                "cookie a b", "1", null,
                                "cookie a%20b", null, "1",
                                "names", "a b", "a%20b"),
                get("cookie with equals signs", "/cookies", "Cookie: a=b=c=="),
                get("cookie with blanks", "/cookies", "Cookie:   a=b c ;  b= d ")
                        .differs("RFC 6265 5.2: blanks around are dropped", "cookie b", " d", "d"),
                get("cookie without value", "/cookies", "Cookie: a; b=1"),
                get("empty cookie", "/cookies", "Cookie: a=; b=1")
                        .differs("an empty value is one", "cookie a", "(none)", ""),
                get("cookie with a plus", "/cookies", "Cookie: a=1+2")
                        .differs("a plus is a blank in forms only", "cookie a", "1 2", "1+2"),
                get("cookie of several values", "/cookies", "Cookie: a=1&2")
                        .differs("a value is a string", "cookie a", "1", "1&2"),
                get("quoted cookie", "/cookies", "Cookie: a=\"1 2\"")
                        .differs("the quotation marks are not of the value", "cookie a", "\"1 2\"", "1 2"),
                get("set a cookie", "/setcookie?name=c&value=v&with=root"),
                get("set a cookie with attributes", "/setcookie?name=c&value=v&with=all"),
                get("set several cookies", "/setcookie?name=c&value=v&with=root&with=strict&with=gone"),
                get("set an encoded cookie", "/setcookie?name=c&value=x;y%3B,%20%C3%A9%25%22&with=root"),
                get("set a cookie of special characters", "/setcookie?name=c&value=!*()':@$/~&with=root")
                        .differs("only what RFC 6265 forbids is encoded",
                                "cookie croot=!*()':@$/~", null, "path=/",
                                "cookie croot=%21%2A%28%29%27%3A%40%24%2F~", "path=/", null),
                get("set a cookie without attributes", "/setcookie?name=c&value=v&with=bare")
                        .differs("an attribute is sent when it was asked for", "cookie cbare=v", "path=/", ""),
                get("set an empty cookie", "/setcookie?name=c&value=&with=root"));
    }

    private static Stream<TwinCase> responses() {
        return Stream.of(
                get("redirect", "/redirect?to=http://other.test/a%3Fb%3D1%26c"),
                get("redirect to a path", "/redirect?to=/meta"),
                get("redirect with a status", "/redirect?to=http://other.test/&status=303"),
                get("redirect forever", "/redirect?to=http://other.test/&status=301"),
                send("redirect of POST", "POST", "/redirect?to=http://other.test/", FORM, ""),
                get("attachment", "/attachment?name=a.txt"),
                get("attachment with blanks", "/attachment?name=a%20b.txt"),
                get("attachment with a quotation mark", "/attachment?name=a%22b.txt")
                        .differs("RFC 6266",
                                "header content-disposition", "attachment; filename=\"a\"b.txt\"",
                                "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
                get("attachment with UTF-8", "/attachment?name=%C3%A9.txt")
                        .differs("RFC 6266",
                                "header content-disposition", "attachment; filename=\"\u00c3\u00a9.txt\"",
                                "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A9.txt"),
                get("expires now", "/expires?when=now"),
                get("expires in seconds", "/expires?when=%2B7200s"),
                get("expires in minutes", "/expires?when=%2B90m"),
                get("expires in days", "/expires?when=%2B3d"),
                get("expires in months", "/expires?when=%2B2M"),
                get("expires in a year", "/expires?when=%2B1y"),
                get("expired", "/expires?when=-12h"),
                get("expires in a part of an hour", "/expires?when=%2B1.5h"),
                get("expires NOW", "/expires?when=NOW"),
                get("expires at a date", "/expires?when=Thu,%2001%20Jan%202026%2000:00:00%20GMT"),
                get("defaults of a response", "/defaults")
                        .differs("text without markup is harmless, and UTF-8 what there is today",
                                "header content-type", "text/html; charset=ISO-8859-1", "text/plain; charset=utf-8"),
                get("type", "/type?type=text/html&status=200%20OK"),
                get("type with a charset", "/type?type=text/html;%20charset=x&status=200%20OK".replace(";", "%3B")),
                get("type that is no text", "/type?type=application/json&status=200%20OK")
                        .differs("a charset is for text",
                                "header content-type", "application/json; charset=utf-8", "application/json"),
                get("not found", "/type?type=text/html&status=404%20Not%20Found"),
                get("created", "/type?type=text/html&status=201%20Created"),
                send("HEAD of a type", "HEAD", "/type?type=text/html&status=200%20OK", null, ""),
                get("own header", "/headers?value=a%20%22b%22;c".replace(";", "%3B")),
                get("own header with UTF-8", "/headers?value=%C3%A9"),
                get("own header with a line feed", "/headers?value=a%0AX-Evil:%201"),
                get("own header with CRLF", "/headers?value=a%0D%0AX-Evil:%201"));
    }
}
