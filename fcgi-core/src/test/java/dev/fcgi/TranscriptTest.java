package dev.fcgi;

import static dev.fcgi.ScriptedPeer.AUTHORIZER;
import static dev.fcgi.ScriptedPeer.FILTER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The protocol of a server as transcripts, whole, one byte at a time and cut at random, with and without executor. */
@ParameterizedClass(name = "{0} {1}")
@MethodSource("ways")
final class TranscriptTest extends ServerTest {
    private final Mode mode;
    private final Cutting.Kind kind;

    TranscriptTest(Mode mode, Cutting.Kind kind) {
        this.mode = mode;
        this.kind = kind;
    }

    static Stream<Arguments> ways() {
        return Stream.of(Mode.values())
                .flatMap(mode -> Stream.of(Cutting.Kind.values()).map(kind -> Arguments.of(mode, kind)));
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    @Override
    Cutting cutting() {
        return Cutting.of(kind);
    }

    private static void echoBody(Request request) throws IOException {
        print(request, "\r\n" + new String(request.stdin().readAllBytes(), StandardCharsets.UTF_8));
    }

    // ---- one request

    @Test
    void withoutKeepConnTheConnectionClosesAfterTheAnswer() throws Exception { // 3.5-keep-0, 3.3-stdout-end
        serve(ServerTest::echoPath);
        peer().request(1, 0, "/a").expectAnswer(1, "\r\n/a").expectClosed();
    }

    @Test
    void withKeepConnTheConnectionStays() throws Exception { // 3.5-keep-1, 3.3-id-reuse
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer();
        for (int i = 0; i < 3; i++) {
            peer.request(1, "/" + i).expectAnswer(1, "\r\n/" + i);
        }
        peer.expectQuiet();
    }

    @Test
    void otherFlagsAreIgnored() throws Exception { // 3.5-keep-other-bits
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer().request(1, 0xFF, "/kept").expectAnswer(1, "\r\n/kept");
        peer.request(1, 0xFE, "/last").expectAnswer(1, "\r\n/last").expectClosed();
    }

    @Test
    void requestIdsMayBeAnyFrom1To65535() throws Exception { // 3.3-id-max, 3.3-id-other
        serve(request -> print(request, "\r\nid " + request.id()));
        ScriptedPeer peer = peer();
        for (int id : new int[] {1, 65535, 256, 40000}) {
            peer.request(id, "/").expectAnswer(id, "\r\nid " + id);
        }
    }

    @Test
    void anEmptyAnswerIsOneEmptyRecord() throws Exception { // 6.1-stdout, 6.1-stderr, 3.3-stdout-end
        serve(request -> { });
        ScriptedPeer peer = peer().request(1, "/");
        assertEquals(0, peer.next(Fcgi.STDOUT, 1).content().length);
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE).expectQuiet();
    }

    @Test
    void everyRecordMayBePadded() throws Exception { // 5.3-stdin-empty, 3.3-padding-255, 3.3-padding-late
        serve(TranscriptTest::echoBody);
        for (int padding : new int[] {1, 7, 255}) {
            peer().record(Fcgi.GET_VALUES, 0, new byte[0], padding)
                    .record(Fcgi.BEGIN_REQUEST, 1, ScriptedPeer.beginBody(RESPONDER, 0), padding)
                    .record(Fcgi.PARAMS, 1, new byte[] {1, 1, 'A', 'B'}, padding)
                    .record(Fcgi.PARAMS, 1, new byte[0], padding)
                    .record(Fcgi.STDIN, 1, "hello".getBytes(StandardCharsets.US_ASCII), padding)
                    .record(Fcgi.STDIN, 1, new byte[0], padding)
                    .expectGetValuesResult().expectAnswer(1, "\r\nhello").expectClosed();
        }
    }

    @Test
    void theReservedByteIsIgnored() throws Exception { // 3.3-reserved-ignored, 5.1-reserved
        serve(ServerTest::echoPath);
        peer().bytes("01 01 0001 0008 00 FF  0001 00 FFFFFFFFFF").endParams(1).endStdin(1)
                .expectAnswer(1, "\r\nnull").expectClosed();
    }

    @Test
    void theLongestRecordIsTaken() throws Exception { // 3.3-content-65535, 3.3-params-of-1
        serve(TranscriptTest::echoBody);
        String body = "0123456789abcdef".repeat(8192) + "tail"; // two of 65535 and one of 6
        peer().head(1, 0, "/").stdin(1, body).endStdin(1).expectAnswer(1, "\r\n" + body).expectClosed();
        // content and padding together exceed 16 bits; bytes inside that look like records are not records (CVE-2026-55203)
        byte[] content = new byte[65_535];
        Arrays.fill(content, (byte) 1);
        peer().head(1, 0, "/").record(Fcgi.STDIN, 1, content, 255).record(Fcgi.STDIN, 1, new byte[] {'.'}, 255)
                .endStdin(1).expectAnswer(1, "\r\n" + "\1".repeat(65_535) + ".").expectClosed();
    }

    @Test
    void aParameterMayBeCutByRecordsAnywhere() throws Exception { // 3.3-params-of-1, 3.4-long-both
        serve(request -> print(request, request.params().toMap().toString()));
        String value = "v".repeat(130);
        byte[] pairs = {1, 3, 'A', 'x', 'y', 'z', 0, 0, 1, (byte) 0x80, 0, 0, (byte) 130, 'B'};
        byte[] all = (new String(pairs, StandardCharsets.ISO_8859_1) + value).getBytes(StandardCharsets.ISO_8859_1);
        ScriptedPeer peer = peer().begin(1, RESPONDER, 0);
        for (byte one : all) {
            peer.params(1, new byte[] {one});
        }
        peer.endParams(1).endStdin(1).expectAnswer(1, "{A=xyz, =, B=" + value + "}").expectClosed();
    }

    @Test
    void parametersAreTheBytesThatWereSent() throws Exception { // 3.4-binary-value, 5.2-order, 3.4-nul-in-value
        BlockingQueue<Params> seen = new LinkedBlockingQueue<>();
        serve(request -> seen.add(request.params()));
        peer().begin(1, RESPONDER, 0).params(1, new byte[] {1, 3, 'Z', (byte) 0xE4, (byte) 0xFF, 1, 1, 0, 'A'})
                .endParams(1).endStdin(1).expectAnswer(1, "").expectClosed();
        Params params = seen.take();
        assertEquals(List.of("Z", "A"), params.names());
        assertEquals(3, params.bytes("Z").length);
        assertEquals((byte) 0xE4, params.bytes("Z")[0]);
    }

    @Test
    void theHandlerStartsAtTheEndOfParamsNotBefore() throws Exception { // 6.2-params-first
        serve(request -> {
            print(request, "first");
            request.stdout().flush();
            echoBody(request);
        });
        ScriptedPeer peer = peer().begin(1, RESPONDER, KEEP_CONN).params(1, "A", "B").expectQuiet();
        assertEquals(0, server.stats().requestsStarted());
        peer.endParams(1).expectStdoutPart(1, "first");
        peer.stdin(1, "x").endStdin(1).expectAnswer(1, "\r\nx");
    }

    @Test
    void stdinArrivesInOrderHoweverItIsCut() throws Exception { // 5.3-stdin
        serve(TranscriptTest::echoBody);
        peer().head(1, 0, "/").stdin(1, "a").stdin(1, "bc").getValues().stdin(1, "def").endStdin(1)
                .expectGetValuesResult().expectAnswer(1, "\r\nabcdef").expectClosed();
    }

    @Test
    void aBodyMayDifferFromContentLength() throws Exception { // 6.2-less-than-content-length
        serve(request -> print(request, request.meta("CONTENT_LENGTH") + ":" + request.stdin().readAllBytes().length));
        ScriptedPeer peer = peer();
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "CONTENT_LENGTH", "10").endParams(1).stdin(1, "abc").endStdin(1)
                .expectAnswer(1, "10:3");
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "CONTENT_LENGTH", "3").endParams(1).stdin(1, "abcdefghij")
                .endStdin(1).expectAnswer(1, "3:10");
    }

    @Test
    void anUnreadBodyIsDiscarded() throws Exception {
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer();
        peer.head(1, KEEP_CONN, "/1").stdin(1, "unread").endStdin(1).expectAnswer(1, "\r\n/1");
        peer.head(1, KEEP_CONN, "/2").expectAnswer(1, "\r\n/2"); // ended before its body came: 3.3-inactive-params
        peer.stdin(1, "late").endStdin(1).request(1, "/3").expectAnswer(1, "\r\n/3");
    }

    @Test
    void nothingIsDeliveredAfterTheEndOfAStream() throws Exception { // 3.3-stdin-after-end
        serve(request -> {
            String body = new String(request.stdin().readAllBytes(), StandardCharsets.UTF_8);
            print(request, request.params().names() + body + request.stdin().read());
        });
        peer().begin(1, RESPONDER, KEEP_CONN).params(1, "A", "1").endParams(1).params(1, "B", "2").endParams(1)
                .stdin(1, "x").endStdin(1).stdin(1, "y").endStdin(1).expectAnswer(1, "[A]x-1");
    }

    @Test
    void dataForAResponderIsIgnored() throws Exception { // 5.3-data-for-responder
        serve(TranscriptTest::echoBody);
        peer().head(1, 0, "/").data(1, "no").stdin(1, "a").data(1, "no").stdin(1, "b").endData(1).endStdin(1)
                .expectAnswer(1, "\r\nab").expectClosed();
    }

    @Test
    void stderrComesAfterTheEndOfStdout() throws Exception { // 3.3-id-other
        serve(request -> {
            request.stderr().write("oops".getBytes(StandardCharsets.US_ASCII));
            print(request, "out");
            request.stdout().flush();
            request.stderr().write("!".getBytes(StandardCharsets.US_ASCII));
        });
        peer().request(1, 0, "/").expectStdout(1, "out").expectStderr(1, "oops!")
                .expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
    }

    @Test
    void allBitsOfAnApplicationStatusAreSent() throws Exception { // 5.5-app-status
        serve(request -> request.appStatus(Integer.parseUnsignedInt(request.meta("SCRIPT_NAME"))));
        ScriptedPeer peer = peer();
        peer.request(1, "4294967295").expectStdout(1, "").expectEnd(1, 0xFFFFFFFF, ProtocolStatus.REQUEST_COMPLETE);
        peer.request(1, "938").expectStdout(1, "").expectEnd(1, 938, ProtocolStatus.REQUEST_COMPLETE);
        peer.request(1, "0").expectStdout(1, "").expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
    }

    @Test
    void aSmallAnswerIsOneWrite() throws Exception {
        serve(request -> {
            print(request, "\r\n");
            print(request, "small");
            request.stderr().write('e');
        });
        ScriptedPeer peer = peer();
        for (int i = 0; i < 3; i++) {
            ScriptedPeer.Received head = peer.request(1, "/").next(Fcgi.STDOUT, 1);
            assertEquals("\r\nsmall", head.text());
            assertEquals(head.segment(), peer.next(Fcgi.STDOUT, 1).segment());
            ScriptedPeer.Received error = peer.next(Fcgi.STDERR, 1);
            assertEquals("e", error.text());
            assertEquals(head.segment(), error.segment());
            assertEquals(head.segment(), peer.next(Fcgi.END_REQUEST, 1).segment()); // no empty STDERR before it
        }
    }

    @Test
    void aLargeAnswerArrivesWhole() throws Exception { // 3.3-params-of-1
        String text = "0123456789".repeat(30_000);
        serve(request -> print(request, text));
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, text);
        peer.request(1, 0, "/").expectAnswer(1, text).expectClosed();
    }

    @Test
    void httpProxyIsDropped() throws Exception { // CVE-2016-5385
        serve(request -> print(request, request.params().names().toString()));
        peer().begin(1, RESPONDER, 0).params(1, "A", "1", "HTTP_PROXY", "evil", "B", "2", "HTTP_PROXY_X", "3")
                .endParams(1).endStdin(1).expectAnswer(1, "[A, B, HTTP_PROXY_X]").expectClosed();
        start(b -> b.keepHttpProxy(true).responder(request -> print(request, request.meta("HTTP_PROXY"))));
        peer().begin(1, RESPONDER, 0).params(1, "HTTP_PROXY", "kept").endParams(1).endStdin(1)
                .expectAnswer(1, "kept").expectClosed();
    }

    // ---- several requests

    @Test
    void idsBelongToTheirConnection() throws Exception { // 3.2-two-connections, 3.3-id-each-connection
        serve(TranscriptTest::echoBody);
        ScriptedPeer one = peer().head(1, KEEP_CONN, "/").stdin(1, "one").send();
        ScriptedPeer two = peer().head(1, KEEP_CONN, "/").stdin(1, "two").send();
        two.endStdin(1).expectAnswer(1, "\r\ntwo");
        one.endStdin(1).expectAnswer(1, "\r\none");
    }

    @Test
    void requestsOfOneIdMayBePipelined() throws Exception { // 3.3-pieces-of-9, 3.3-id-reuse
        serve(TranscriptTest::echoBody);
        ScriptedPeer peer = peer();
        for (int i = 0; i < 5; i++) {
            peer.head(7, KEEP_CONN, "/").stdin(7, "body " + i).endStdin(7);
        }
        for (int i = 0; i < 5; i++) {
            peer.expectAnswer(7, "\r\nbody " + i);
        }
        peer.expectQuiet();
    }

    @Test
    void requestsOfManyIdsMayBePipelined() throws Exception { // 3.3-pieces-of-9, 3.3-id-max
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer();
        for (int id = 1; id <= 20; id++) {
            peer.request(id * 3000, "/" + id);
        }
        for (int id = 20; id >= 1; id--) {
            peer.expectAnswer(id * 3000, "\r\n/" + id);
        }
        peer.expectQuiet();
    }

    @Test
    void aPipelinedRequestIsNotHeldUpByTheSecondUseOfAnotherId() throws Exception {
        CountDownLatch twoRuns = gate();
        serve(request -> {
            if (request.id() == 2) {
                twoRuns.countDown();
            } else {
                await(twoRuns);
            }
            echoPath(request);
        });
        // request 1 lasts until request 2 runs; BEGIN_REQUEST for 1 has to wait for request 1, but not 2 with it
        peer().request(1, "/1").request(2, "/2").request(1, "/3")
                .expectAnswer(2, "\r\n/2").expectAnswer(1, "\r\n/1").expectAnswer(1, "\r\n/3");
    }

    @Test
    void aPipelinedRequestIsNotHeldUpByABodyThatNobodyReads() throws Exception {
        CountDownLatch threeRuns = gate();
        start(b -> b.inputBuffer(1024).responder(request -> {
            if (request.id() == 3) {
                threeRuns.countDown();
            } else if (request.id() == 1) {
                await(threeRuns);
            }
            echoPath(request);
        }));
        peer().head(1, KEEP_CONN, "/1").request(3, "/3").stdin(1, new byte[3000]).endStdin(1)
                .expectAnswer(3, "\r\n/3").expectAnswer(1, "\r\n/1");
    }

    @Test
    void multiplexedRequestsEndInAnyOrder() throws Exception { // 5.3-stdin, 3.3-id-other
        serve(TranscriptTest::echoBody);
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, "on").head(2, KEEP_CONN, "/").stdin(2, "tw")
                .begin(3, RESPONDER, KEEP_CONN).send();
        peer.stdin(2, "o").endStdin(2).expectAnswer(2, "\r\ntwo");
        peer.endParams(3).stdin(1, "e").stdin(3, "three").endStdin(1).expectAnswer(1, "\r\none");
        peer.endStdin(3).expectAnswer(3, "\r\nthree").expectQuiet();
        assertEquals(1, server.stats().connectionsMultiplexed());
    }

    @Test
    void recordsOfTwoRequestsMayInterleaveAnywhere() throws Exception { // 3.3-params-cut-in-length, 5.4-one-of-two
        serve(request -> print(request, request.meta("NAME") + request.stdin().readAllBytes().length));
        peer().begin(1, RESPONDER, KEEP_CONN).begin(2, RESPONDER, KEEP_CONN)
                .params(1, new byte[] {4, 1, 'N'}).params(2, new byte[] {4, 1, 'N', 'A'})
                .params(1, new byte[] {'A', 'M', 'E', 'a'}).params(2, new byte[] {'M', 'E', 'b'})
                .endParams(2).stdin(2, "xx").endParams(1).stdin(1, "y").endStdin(1).endStdin(2)
                .expectAnswer(1, "a1").expectAnswer(2, "b2");
    }

    @Test
    void withoutKeepConnTheOthersFinishFirstAndNoneBegins() throws Exception { // 3.5-keep-0-with-another
        serve(TranscriptTest::echoBody);
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, 0, "/").endStdin(2).expectAnswer(2, "\r\n");
        peer.request(3, "/").expectStatus(3, 503, 0, ProtocolStatus.OVERLOADED);
        peer.stdin(1, "still").endStdin(1).expectAnswer(1, "\r\nstill").expectClosed();
    }

    @Test
    void aRequestBegunAfterTheLastOneIsRefusedNotLost() throws Exception { // 3.5-keep-0-with-another
        serve(TranscriptTest::echoBody);
        peer().head(1, 0, "/").request(2, 0, "/2").expectStatus(2, 503, 0, ProtocolStatus.OVERLOADED)
                .stdin(1, "one").endStdin(1).expectAnswer(1, "\r\none").expectClosed();
    }

    @Test
    void withOneRequestPerConnectionASecondIsRefused() throws Exception { // 5.5-cant-mpx-conn
        start(b -> b.maxRequestsPerConnection(1).responder(TranscriptTest::echoBody));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, "fi").request(2, "/")
                .expectEnd(2, 0, ProtocolStatus.CANT_MPX_CONN);
        peer.stdin(1, "rst").endStdin(1).expectAnswer(1, "\r\nfirst");
        peer.request(2, "/").expectAnswer(2, "\r\n").expectQuiet();
    }

    // ---- management records

    @Test
    void getValuesIsAnsweredImmediatelyWhateverGoesOn() throws Exception { // 4.1-in-params, 4.1-before-stdin, 4.1-at-once
        serve(request -> {
            print(request, "begun");
            request.stdout().flush();
            echoBody(request);
        });
        String[] mpxs = {"FCGI_MPXS_CONNS", "1"};
        ScriptedPeer peer = peer().getValues("FCGI_MPXS_CONNS").expectGetValuesResult(mpxs);
        peer.getValues("FCGI_MPXS_CONNS").begin(1, RESPONDER, KEEP_CONN).expectGetValuesResult(mpxs);
        peer.params(1, new byte[] {1, 1, 'A'}).getValues("FCGI_MPXS_CONNS").expectGetValuesResult(mpxs);
        peer.params(1, new byte[] {'B'}).endParams(1).expectStdoutPart(1, "begun");
        peer.getValues("FCGI_MPXS_CONNS").expectGetValuesResult(mpxs);
        peer.stdin(1, "x").getValues("FCGI_MPXS_CONNS").expectGetValuesResult(mpxs);
        peer.endStdin(1).expectAnswer(1, "\r\nx");
    }

    @Test
    void getValuesTellsTheConfiguration() throws Exception { // 4.1-values, 4.1-only-asked, 4.1-values-in-query
        start(b -> b.maxConnections(7).maxRequests(99).maxRequestsPerConnection(5).responder(request -> { }));
        ScriptedPeer peer = peer();
        peer.getValues("FCGI_MAX_REQS", "FCGI_NOPE", "FCGI_MAX_CONNS", "FCGI_MPXS_CONNS", "FCGI_MAX_CONNS")
                .expectGetValuesResult("FCGI_MAX_CONNS", "7", "FCGI_MAX_REQS", "5", "FCGI_MPXS_CONNS", "1");
        peer.getValues().expectGetValuesResult();
        peer.getValues("NOPE").expectGetValuesResult();
        peer.record(Fcgi.GET_VALUES, 0, "\u000e\u0003FCGI_MAX_CONNS123".getBytes(StandardCharsets.US_ASCII))
                .expectGetValuesResult("FCGI_MAX_CONNS", "7");
        start(b -> b.maxRequestsPerConnection(1).responder(request -> { }));
        peer().getValues("FCGI_MPXS_CONNS").expectGetValuesResult("FCGI_MPXS_CONNS", "0");
    }

    @Test
    void aMalformedQueryCostsItsConnectionOnly() throws Exception { // 4.1-malformed
        serve(ServerTest::echoPath);
        peer().record(Fcgi.GET_VALUES, 0, new byte[] {5, 127, 'A', 'B', 'C'}).expectClosed();
        peer().request(1, 0, "/alive").expectAnswer(1, "\r\n/alive").expectClosed();
    }

    @Test
    void unknownManagementTypesAreAnswered() throws Exception { // 4.2-type-12, 4.2-type-0
        serve(TranscriptTest::echoBody);
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/");
        for (int type : new int[] {0, 12, 100, 255}) {
            peer.record(type, 0, "12345678".getBytes(StandardCharsets.US_ASCII), 3).expectUnknownType(type);
        }
        peer.stdin(1, "goes on").endStdin(1).expectAnswer(1, "\r\ngoes on");
    }

    @Test
    void answersToWhatWeNeverAskAreIgnored() throws Exception {
        serve(request -> { });
        peer().record(Fcgi.GET_VALUES_RESULT, 0, new byte[3]).record(Fcgi.UNKNOWN_TYPE, 0, new byte[8]).expectQuiet();
    }

    // ---- records that do not belong there

    @Test
    void recordsOfInactiveRequestsAreIgnored() throws Exception { // 3.3-id-reuse, 3.3-inactive-params, 5.4-after-end
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer().params(7, "A", "B").endParams(7).stdin(7, "x").data(7, "x").abort(7)
                .record(99, 7, new byte[5], 2).record(Fcgi.STDOUT, 7, new byte[1]).expectQuiet();
        peer.request(7, "/7").expectAnswer(7, "\r\n/7");
        peer.abort(7).stdin(7, "x").endStdin(7).expectQuiet();
        peer.request(7, "/again").expectAnswer(7, "\r\n/again");
        assertEquals(2, server.stats().requestsStarted());
    }

    @Test
    void unknownTypesOfAnActiveRequestAreIgnored() throws Exception { // case unknown_app
        serve(TranscriptTest::echoBody);
        peer().begin(1, RESPONDER, KEEP_CONN).record(100, 1, "zz".getBytes(StandardCharsets.US_ASCII))
                .params(1, "A", "B").record(12, 1, new byte[0]).endParams(1).stdin(1, "a").record(255, 1, new byte[300])
                .stdin(1, "b").endStdin(1).expectAnswer(1, "\r\nab").expectQuiet();
    }

    @Test
    void rolesWithoutHandlerAreRefused() throws Exception { // 5.1-unknown-role, 5.1-unknown-role-keep
        serve(TranscriptTest::echoBody);
        ScriptedPeer peer = peer();
        for (int role : new int[] {AUTHORIZER, FILTER, 0, 4, 9, 65535}) {
            peer.begin(1, role, KEEP_CONN).params(1, "A", "B").endParams(1).stdin(1, "x").endStdin(1)
                    .expectEnd(1, 0, ProtocolStatus.UNKNOWN_ROLE);
        }
        peer.head(1, KEEP_CONN, "/").endStdin(1).expectAnswer(1, "\r\n");
        peer.begin(1, 9, 0).params(1, "A", "B").endParams(1).endStdin(1)
                .expectEnd(1, 0, ProtocolStatus.UNKNOWN_ROLE).expectClosed();
        assertEquals(7, server.stats().requestsRefused());
    }

    @Test
    void aLongBeginRequestIsTaken() throws Exception { // case long BEGIN
        serve(ServerTest::echoPath);
        peer().record(Fcgi.BEGIN_REQUEST, 1, java.util.Arrays.copyOf(ScriptedPeer.beginBody(RESPONDER, 0), 16))
                .params(1, "SCRIPT_NAME", "/").endParams(1).endStdin(1).expectAnswer(1, "\r\n/").expectClosed();
    }

    @Test
    void protocolErrorsCostTheirConnectionOnlyAndAreLogged() throws Exception { // 3.2-two-connections, 3.3-version-2
        serve(TranscriptTest::echoBody);
        ScriptedPeer witness = peer().head(1, KEEP_CONN, "/").stdin(1, "intact").send();
        List<ScriptedPeer> broken = new ArrayList<>();
        broken.add(peer().bytes("02 01 0001 0008 00 00  0001 00 0000000000")); // version
        broken.add(peer().bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        broken.add(peer().bytes("01 01 0001 0004 00 00  0001 00 00")); // short BEGIN_REQUEST
        broken.add(peer().begin(1, RESPONDER, 1).begin(1, RESPONDER, 1)); // begun twice
        broken.add(peer().begin(0, RESPONDER, 1)); // application records with id 0
        broken.add(peer().params(0, "A", "B"));
        broken.add(peer().stdin(0, "x"));
        broken.add(peer().abort(0));
        broken.add(peer().begin(1, RESPONDER, 1).stdin(1, "early"));
        broken.add(peer().begin(1, RESPONDER, 1).endStdin(1).params(1, "A", "B"));
        broken.add(peer().begin(1, RESPONDER, 1).params(1, new byte[] {5, 127, 'A', 'B', 'C'}).endParams(1));
        byte[] huge = {-1, -1, -1, -1, -1, -1, -1, -1, 'A'};
        broken.add(peer().begin(1, RESPONDER, 1).params(1, huge).endParams(1)); // 3.4-length-huge
        for (ScriptedPeer peer : broken) {
            peer.expectClosed();
        }
        assertEquals(broken.size(), server.stats().protocolErrors());
        assertEquals(10, log.lines().stream().filter(line -> line.contains("protocol error")).count()); // a limit
        assertTrue(log.has(line -> line.contains("version 2") && line.contains("peer of ")), log.lines().toString());
        witness.endStdin(1).expectAnswer(1, "\r\nintact").expectQuiet();
    }

    @Test
    void theHandlerOfARequestBegunTwiceIsAborted() throws Exception { // 3.3-begin-active
        BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();
        serve(request -> {
            try {
                print(request, "begun");
                request.stdout().flush();
                request.stdin().readAllBytes();
            } catch (RequestAbortedException e) {
                seen.add(e);
                throw e;
            }
        });
        peer().head(1, KEEP_CONN, "/").expectStdoutPart(1, "begun").begin(1, RESPONDER, KEEP_CONN).expectClosed();
        Throwable thrown = seen.poll(10, TimeUnit.SECONDS);
        assertEquals(RequestAbortedException.Reason.CONNECTION_LOST, ((RequestAbortedException) thrown).reason());
    }

    // ---- Authorizer and Filter

    @Test
    void anAuthorizerNeedsNoStdin() throws Exception { // 6.3-authorizer, 6.3-no-stdin
        start(b -> b.authorizer(request -> Decision.granted(Map.of("USER", request.meta("REMOTE_USER")))));
        ScriptedPeer peer = peer();
        peer.begin(1, AUTHORIZER, KEEP_CONN).params(1, "REMOTE_USER", "joe").endParams(1)
                .expectAnswer(1, "Status: 200 OK\r\nVariable-USER: joe\r\n\r\n");
        peer.begin(1, AUTHORIZER, KEEP_CONN).params(1, "REMOTE_USER", "ann").endParams(1).endStdin(1)
                .expectAnswer(1, "Status: 200 OK\r\nVariable-USER: ann\r\n\r\n");
        peer.begin(1, AUTHORIZER, 0).params(1, "REMOTE_USER", "eve").endParams(1)
                .expectAnswer(1, "Status: 200 OK\r\nVariable-USER: eve\r\n\r\n").expectClosed();
    }

    @Test
    void anAuthorizerHasNoInputWhateverItsPeerSends() throws Exception {
        start(b -> b.authorizer(request -> {
            assertEquals(0, request.stdin().available());
            assertEquals(-1, request.stdin().read());
            request.stdin().close();
            assertEquals(0, request.stdin().skip(1));
            return Decision.granted();
        }));
        ScriptedPeer peer = peer();
        for (String body : new String[] {"", "body"}) {
            peer.begin(1, AUTHORIZER, KEEP_CONN).endParams(1).stdin(1, body)
                    .expectAnswer(1, "Status: 200 OK\r\n\r\n").endStdin(1).expectQuiet();
        }
        peer.begin(1, AUTHORIZER, 0).endParams(1).stdin(1, "unread".repeat(50_000)).endStdin(1)
                .expectAnswer(1, "Status: 200 OK\r\n\r\n").expectClosed();
    }

    @Test
    void anAuthorizerDeniesWithAResponse() throws Exception { // 6.3-authorizer
        start(b -> b.authorizer(request -> Decision.denied(403, Map.of("X-Why", "no"), "go away\n")));
        peer().begin(1, AUTHORIZER, 0).endParams(1).data(1, "ignored").expectAnswer(1,
                "Status: 403 Forbidden\r\nX-Why: no\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ngo away\n").expectClosed();
    }

    @Test
    void anAuthorizerWithoutDecisionDenies() throws Exception {
        start(b -> b.authorizer(request -> null));
        peer().begin(1, AUTHORIZER, 0).endParams(1)
                .expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
    }

    @Test
    void aFilterReadsStdinThenData() throws Exception { // 5.3-stdin, 6.4-filter, 6.4-stdin-first
        start(b -> b.filter(request -> {
            String stdin = new String(request.stdin().readAllBytes(), StandardCharsets.UTF_8);
            String data = new String(request.data().readAllBytes(), StandardCharsets.UTF_8);
            print(request, stdin + "|" + data + "|" + request.dataLength() + "|" + request.dataLastModified());
        }));
        ScriptedPeer peer = peer();
        for (int flags : new int[] {KEEP_CONN, 0}) {
            peer.begin(1, FILTER, flags).params(1, "FCGI_DATA_LAST_MOD", "0", "FCGI_DATA_LENGTH", "4").endParams(1)
                    .stdin(1, "a").stdin(1, "b").endStdin(1).data(1, "DA").data(1, "TA").endData(1)
                    .expectAnswer(1, "ab|DATA|4|1970-01-01T00:00:00Z");
        }
        peer.expectClosed();
    }

    @Test
    void onlyRequestsOfRoleFilterAreFilterRequests() throws Exception {
        start(b -> b.filter(request -> print(request, "" + (request instanceof FilterRequest)))
                .responder(request -> print(request, "" + (request instanceof FilterRequest)))
                .authorizer(request -> Decision.granted(Map.of("FILTER", "" + (request instanceof FilterRequest)))));
        ScriptedPeer peer = peer();
        peer.begin(1, FILTER, KEEP_CONN).endParams(1).endStdin(1).endData(1).expectAnswer(1, "true");
        peer.request(1, "/").expectAnswer(1, "false");
        peer.begin(1, AUTHORIZER, KEEP_CONN).endParams(1).endStdin(1)
                .expectAnswer(1, "Status: 200 OK\r\nVariable-FILTER: false\r\n\r\n");
    }

    @Test
    void aFilterWithoutValidNumbersSaysSo() throws Exception {
        start(b -> b.filter(request -> print(request, request.dataLength() + "|" + request.dataLastModified())));
        peer().begin(1, FILTER, KEEP_CONN).params(1, "FCGI_DATA_LENGTH", "x", "FCGI_DATA_LAST_MOD", "9".repeat(18))
                .endParams(1).endStdin(1).endData(1).expectAnswer(1, "-1|null");
        peer().begin(1, FILTER, KEEP_CONN).endParams(1).endStdin(1).endData(1).expectAnswer(1, "-1|null");
    }

    @Test
    void aFilterNeedNotReadItsData() throws Exception { // 6.4-data-large
        start(b -> b.filter(request -> print(request, new String(request.stdin().readAllBytes()))));
        ScriptedPeer peer = peer().begin(1, FILTER, KEEP_CONN).endParams(1).stdin(1, "in").endStdin(1)
                .expectAnswer(1, "in");
        peer.data(1, "late").endData(1).begin(1, FILTER, KEEP_CONN).endParams(1).endStdin(1).data(1, "unread")
                .endData(1).expectAnswer(1, "").expectQuiet();
    }

    @Test
    void readingOrSkippingDataGivesUpStdin() throws Exception { // 6.4-stdin-first
        start(b -> b.inputBuffer(1024).filter(request -> {
            InputStream data = request.data();
            if (request.params().contains("SKIP")) {
                data.skipNBytes(3);
            }
            print(request, new String(data.readAllBytes()));
        }));
        ScriptedPeer peer = peer();
        peer.begin(1, FILTER, KEEP_CONN).endParams(1).stdin(1, new byte[5000]).endStdin(1).data(1, "data").endData(1)
                .expectAnswer(1, "data");
        peer.begin(1, FILTER, KEEP_CONN).params(1, "SKIP", "").endParams(1).stdin(1, new byte[5000]).endStdin(1)
                .data(1, "data").endData(1).expectAnswer(1, "a");
    }

    @Test
    void dataBeforeTheEndOfStdinIsAProtocolError() throws Exception { // 6.2-stdin-before-params
        start(b -> b.filter(request -> request.stdin().readAllBytes()));
        peer().begin(1, FILTER, KEEP_CONN).endParams(1).stdin(1, "x").data(1, "y").expectClosed();
        assertEquals(1, server.stats().protocolErrors());
    }

    @Test
    void allRolesShareAConnection() throws Exception { // 5.1-unknown-role
        start(b -> b.responder(TranscriptTest::echoBody).authorizer(request -> Decision.granted())
                .filter(request -> print(request, new String(request.data().readAllBytes()))));
        peer().head(1, KEEP_CONN, "/").begin(2, AUTHORIZER, KEEP_CONN).begin(3, FILTER, KEEP_CONN).endParams(3)
                .endStdin(3).data(3, "file").endParams(2).stdin(1, "body").endStdin(1).endData(3)
                .expectAnswer(2, "Status: 200 OK\r\n\r\n").expectAnswer(3, "file").expectAnswer(1, "\r\nbody");
    }

    // ---- ABORT_REQUEST

    @Test
    void anAbortBeforeTheEndOfParamsIsAnsweredImmediately() throws Exception { // 5.4-in-params
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer();
        peer.begin(1, RESPONDER, KEEP_CONN).abort(1).expectAnswer(1, "");
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "A", "B").abort(1).expectAnswer(1, "");
        peer.endParams(1).endStdin(1).request(1, "/next").expectAnswer(1, "\r\n/next").expectQuiet();
        assertEquals(1, server.stats().requestsStarted());
        peer.begin(1, RESPONDER, 0).abort(1).expectAnswer(1, "").expectClosed();
    }

    @Test
    void anAbortWithinStdinWakesTheHandler() throws Exception { // 5.4-in-stdin
        BlockingQueue<Boolean> seen = new LinkedBlockingQueue<>();
        serve(request -> {
            try {
                print(request, "begun");
                request.stdout().flush();
                echoBody(request);
            } catch (RequestAbortedException e) {
                seen.add(request.isAborted());
            }
        });
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, "ab").expectStdoutPart(1, "begun");
        peer.abort(1).expectAnswer(1, "").expectQuiet();
        assertTrue(seen.poll(10, TimeUnit.SECONDS));
        peer.head(1, KEEP_CONN, "/").stdin(1, "next").endStdin(1).expectAnswer(1, "begun\r\nnext").expectQuiet();
    }

    @Test
    void anAbortOfOneRequestLeavesTheOthersIntact() throws Exception { // 5.4-one-of-two
        serve(TranscriptTest::echoBody);
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, "o").head(2, KEEP_CONN, "/").stdin(2, "t")
                .head(3, KEEP_CONN, "/").stdin(3, "th").abort(2).expectAnswer(2, "");
        peer.stdin(1, "ne").endStdin(1).stdin(3, "ree").endStdin(3).stdin(2, "lost").endStdin(2)
                .expectAnswer(1, "\r\none").expectAnswer(3, "\r\nthree").expectQuiet();
        assertEquals(1, server.stats().requestsAborted());
    }

    @Test
    void anAbortAfterTheEndIsIgnored() throws Exception { // 5.4-after-end
        serve(ServerTest::echoPath);
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, "\r\n/");
        peer.abort(1).abort(1).expectQuiet();
        assertEquals(0, server.stats().requestsAborted());
        assertFalse(peer.hasEnded());
    }
}
