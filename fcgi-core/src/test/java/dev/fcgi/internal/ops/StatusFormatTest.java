package dev.fcgi.internal.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import dev.fcgi.ServerStats;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages as PHP-FPM 8.2 has written them; StatusIT has one beside it. */
final class StatusFormatTest {
    private static final Instant START = Instant.ofEpochSecond(1_795_905_041);

    private record Stats(List<RequestEvent> requests) implements ServerStats {
        @Override
        public Instant startTime() {
            return START;
        }

        @Override
        public int connections() {
            return 3;
        }

        @Override
        public int activeRequests() {
            return requests.size();
        }

        @Override
        public int incompleteHeads() {
            return (int) requests.stream().filter(one -> StatusData.state(one).equals("Reading headers")).count();
        }

        @Override
        public int maxActiveRequests() {
            return 5;
        }

        @Override
        public int maxRequests() {
            return 8;
        }

        @Override
        public long connectionsAccepted() {
            return 9;
        }

        @Override
        public long requestsStarted() {
            return 40;
        }

        @Override
        public long requestsAborted() {
            return 2;
        }

        @Override
        public long requestsRefused() {
            return 6;
        }

        @Override
        public long requestsOverLimit() {
            return 4;
        }

        @Override
        public long requestsSlow() {
            return 1;
        }

        @Override
        public long handlersFailed() {
            return 3;
        }

        @Override
        public long protocolErrors() {
            return 0;
        }

        @Override
        public long connectionsMultiplexed() {
            return 0;
        }

        @Override
        public int listenQueue() {
            return 0;
        }

        @Override
        public int listenQueueLength() {
            return 1024;
        }
    }

    private static StubEvent running() {
        StubEvent request = StubEvent.get("/a/b", "c&d").param("REMOTE_USER", "ada").param("CONTENT_LENGTH", "12")
                .took(Duration.ofMillis(1500)).with(0, null);
        request.begun = START.plusSeconds(60);
        return request;
    }

    private static StatusData data(RequestEvent... requests) {
        return new StatusData("www", new Stats(List.of(requests)), 7, 2, START.plusSeconds(61));
    }

    private static String page(StatusFormat format, boolean full, RequestEvent... requests) {
        StringBuilder page = new StringBuilder();
        format.write(page, data(requests), full);
        return page.toString();
    }

    private static String time(Instant time) {
        return StatusFormat.text(time);
    }

    @Test
    void text() {
        assertEquals("""
                pool:                 www
                process manager:      static
                start time:           %s
                start since:          61
                accepted conn:        40
                listen queue:         2
                max listen queue:     7
                listen queue len:     1024
                idle processes:       7
                active processes:     1
                total processes:      8
                max active processes: 5
                max children reached: 4
                slow requests:        1

                ************************
                pid:                  700001
                state:                Running
                start time:           %s
                start since:          1
                requests:             1
                request duration:     1500000
                request method:       GET
                request URI:          /a/b?c&d
                content length:       12
                user:                 ada
                script:               -
                last request cpu:     0.00
                last request memory:  0
                """.formatted(time(START), time(START.plusSeconds(60))), page(StatusFormat.TEXT, true, running()));
    }

    @Test
    void json() {
        String pool = "{\"pool\":\"www\",\"process manager\":\"static\",\"start time\":1795905041,\"start since\":61,"
                + "\"accepted conn\":40,\"listen queue\":2,\"max listen queue\":7,\"listen queue len\":1024,"
                + "\"idle processes\":7,\"active processes\":1,\"total processes\":8,\"max active processes\":5,"
                + "\"max children reached\":4,\"slow requests\":1";
        String request = "{\"pid\":700001,\"state\":\"Running\",\"start time\":1795905101,\"start since\":1,\"requests\":1,"
                + "\"request duration\":1500000,\"request method\":\"GET\",\"request uri\":\"\\/a\\/b?c&d\","
                + "\"content length\":12,\"user\":\"ada\",\"script\":\"-\",\"last request cpu\":0.00,"
                + "\"last request memory\":0}";
        assertEquals(pool + '}', page(StatusFormat.JSON, false, running()));
        assertEquals(pool + ", \"processes\":[" + request + "]}", page(StatusFormat.JSON, true, running()));
        assertTrue(page(StatusFormat.JSON, true, running(), running()).endsWith(request + ',' + request + "]}"));
        assertTrue(page(StatusFormat.JSON, true).endsWith(", \"processes\":[]}"));
    }

    @Test
    void xml() {
        String page = page(StatusFormat.XML, true, running());
        assertTrue(page.startsWith("<?xml version=\"1.0\" ?>\n<status>\n<pool>www</pool>\n<process-manager>static<"), page);
        assertTrue(page.contains("<start-time>1795905041</start-time>\n<start-since>61</start-since>\n"), page);
        assertTrue(page.contains("<processes>\n<process><pid>700001</pid><state>Running</state>"), page);
        assertTrue(page.contains("<request-uri>/a/b?c&amp;d</request-uri>"), page);
        assertTrue(page.endsWith("<last-request-memory>0</last-request-memory></process>\n</processes>\n</status>"), page);
    }

    @Test
    void states() {
        assertEquals("Running", StatusData.state(running()));
        assertEquals("Reading headers", StatusData.state(new StubEvent().with(0, null)));
        assertEquals("Finishing", StatusData.state(running().with(200, Outcome.COMPLETED)));
        assertEquals("Ending", StatusData.state(running().with(0, Outcome.CONNECTION_LOST)));
    }

    @Test
    void whateverARequestHasInItTheFormatHolds() {
        StubEvent evil = StubEvent.get("/\"</td>\n\\<script>\u0001", "'&\u2028\u0085\uFFFF".repeat(600))
                .param("REMOTE_USER", "a\nstate: Idle").with(0, null);
        assertFalse(page(StatusFormat.TEXT, true, evil).contains("\nstate: Idle"));
        assertTrue(page(StatusFormat.JSON, true, evil).contains("\"request uri\":\"\\/\\\\x22<\\/td>\\\\x0A\\\\x5C<"));
        String xml = page(StatusFormat.XML, true, evil);
        assertTrue(xml.contains("<request-uri>/\\x22&lt;/td&gt;\\x0A\\x5C&lt;script&gt;\\x01?&#039;&amp;\\u2028\\x85\\uFFFF"), xml);
        StringBuilder html = new StringBuilder();
        StatusHtml.write(html, "<b>", data(evil), new Tally(), System.nanoTime(), true);
        assertFalse(html.indexOf("<script") >= 0 || html.indexOf("<b>&lt;") >= 0 || html.indexOf("<h1><b>") >= 0);
        assertTrue(html.length() < 30_000, "no request takes much room");
    }

    @Test
    void openMetrics() {
        Tally tally = new Tally();
        for (int millis : new int[] {1, 2, 30, 30, 20_000}) {
            StubEvent request = running().took(Duration.ofMillis(millis)).with(200, Outcome.COMPLETED);
            request.bytesOut = 100;
            tally.add(request, request.time().toNanos(), 0);
        }
        tally.add(running().with(503, Outcome.OVER_MAX_REQUESTS), 1, 0);
        StringBuilder page = new StringBuilder();
        OpenMetrics.write(page, "a\"b", data(), 2, tally);
        for (String line : new String[] {
            "# TYPE fcgi_request_duration_seconds histogram", "# UNIT fcgi_request_duration_seconds seconds",
            "fcgi_request_duration_seconds_bucket{pool=\"a\\\"b\",le=\"0.001\"} 1",
            "fcgi_request_duration_seconds_bucket{pool=\"a\\\"b\",le=\"0.0025\"} 2",
            "fcgi_request_duration_seconds_bucket{pool=\"a\\\"b\",le=\"0.05\"} 4",
            "fcgi_request_duration_seconds_bucket{pool=\"a\\\"b\",le=\"10.0\"} 4",
            "fcgi_request_duration_seconds_bucket{pool=\"a\\\"b\",le=\"+Inf\"} 5",
            "fcgi_request_duration_seconds_sum{pool=\"a\\\"b\"} 20.063",
            "fcgi_request_duration_seconds_count{pool=\"a\\\"b\"} 5",
            "fcgi_requests_total{pool=\"a\\\"b\",kind=\"completed\",outcome=\"completed\"} 5",
            "fcgi_requests_total{pool=\"a\\\"b\",kind=\"refused\",outcome=\"over_max_requests\"} 1",
            "fcgi_sent_bytes_total{pool=\"a\\\"b\"} 500", "fcgi_listen_queue{pool=\"a\\\"b\"} 2",
            "fcgi_start_time_seconds{pool=\"a\\\"b\"} 1795905041"}) {
            assertTrue(page.toString().contains(line + '\n'), line + "\n" + page);
        }
        assertTrue(page.toString().endsWith("\n# EOF\n"));
    }

    @Test
    void requestsASecond() {
        Tally tally = new Tally();
        long second = 1_000_000_000;
        for (long at : new long[] {100, 100, 101, 163, 164}) {
            tally.add(running().with(200, Outcome.COMPLETED), 1, at * second);
        }
        long[] lately = tally.lately(165 * second);
        assertEquals(63, lately.length);
        assertEquals(List.of(1L, 1L), List.of(lately[62], lately[61]));
        assertEquals(2, Arrays.stream(lately).sum(), "what is older than a minute is forgotten");
        assertEquals(2, tally.lately(-5 * second).length - 61, "also with a clock below zero");
    }
}
