package dev.fcgi.soak;

import dev.fcgi.Decision;
import dev.fcgi.Role;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The input of one request, and what its handler does. Sent as a parameter, so that the handler does what its peer
 * expects.
 *
 * @param number of the request, unique in the run
 * @param input length of STDIN
 * @param data length of DATA
 * @param output length of the body
 * @param piece how much the handler writes at once
 * @param flush whether it flushes each piece
 * @param pause how many milliseconds it takes before it reads
 * @param stderr length of STDERR
 * @param status the application status
 */
record Plan(long number, Role role, int input, int data, Reading reading, int output, int piece, boolean flush,
        int pause, int stderr, int status, Ending ending) {
    static final String PARAM = "SOAK_PLAN";
    /** What a handler writes again and again whose stack overflows. */
    static final byte[] OVERFLOW_TEXT = new byte[40];

    /** How much of its input the handler reads. */
    enum Reading { ALL, PART, NONE }

    /** How the handler ends. */
    enum Ending {
        RETURN,
        /** By finish(), and goes on. */
        FINISH,
        /** Another thread answers. */
        OTHER_THREAD,
        /** Its interrupt flag set. */
        INTERRUPTED,
        THROW_FIRST,
        THROW_LATER,
        /** Recurses until the stack is full, writing. */
        OVERFLOW,
        /** Not before it is aborted. */
        WAIT;

        boolean isWhole() {
            return ordinal() <= INTERRUPTED.ordinal();
        }
    }

    private static final Ending[] ENDINGS = {
        Ending.RETURN, Ending.RETURN, Ending.RETURN, Ending.RETURN, Ending.RETURN, Ending.RETURN, Ending.FINISH,
        Ending.OTHER_THREAD, Ending.INTERRUPTED, Ending.THROW_FIRST, Ending.THROW_LATER, Ending.WAIT
    };

    static Plan draw(Random random, long number) {
        Role role = random.nextInt(10) == 0 ? Role.AUTHORIZER : random.nextInt(10) == 0 ? Role.FILTER : Role.RESPONDER;
        Ending ending = random.nextInt(400) == 0 ? Ending.OVERFLOW : ENDINGS[random.nextInt(ENDINGS.length)];
        if (role == Role.AUTHORIZER) {
            return new Plan(number, role, 0, 0, Reading.NONE, random.nextInt(2000), 1, false, pause(random), 0,
                    0, random.nextInt(8) == 0 ? Ending.THROW_FIRST : Ending.RETURN);
        }
        // a handler that neither reads nor ends must not make the connection, and the abort, wait after its input
        int input = ending == Ending.WAIT ? random.nextInt(500) : length(random);
        int data = role != Role.FILTER ? 0 : ending == Ending.WAIT ? random.nextInt(500) : length(random) % 100_000;
        Reading reading = Reading.values()[Math.max(0, random.nextInt(6) - 3)];
        return new Plan(number, role, input, data, reading, length(random),
                1 + random.nextInt(20_000), random.nextInt(4) == 0, pause(random),
                random.nextInt(6) == 0 ? random.nextInt(5000) : 0, random.nextInt(8) == 0 ? random.nextInt() : 0,
                ending);
    }

    private static int length(Random random) {
        return switch (random.nextInt(40)) {
            case 0 -> random.nextInt(2_000_000);
            case 1, 2, 3 -> random.nextInt(200_000);
            case 4, 5, 6, 7, 8, 9 -> random.nextInt(10_000);
            case 10, 11, 12, 13, 14, 15 -> 0;
            default -> random.nextInt(500);
        };
    }

    private static int pause(Random random) {
        return random.nextInt(20) == 0 ? random.nextInt(200) : 0;
    }

    Plan ending(Ending other) {
        return new Plan(number, role, input, data, reading, output, piece, flush, pause, stderr, status, other);
    }

    static Plan decode(String text) {
        String[] of = text.split(",");
        int[] numbers = Arrays.stream(of).skip(6).mapToInt(Integer::parseInt).toArray();
        return new Plan(Long.parseLong(of[0]), Role.valueOf(of[1]), numbers[0], numbers[1], Reading.valueOf(of[2]),
                numbers[2], numbers[3], Boolean.parseBoolean(of[3]), numbers[4], numbers[5], numbers[6],
                Ending.valueOf(of[4]));
    }

    String encode() {
        return Stream.of(number, role, reading, flush, ending, "", input, data, output, piece, pause, stderr, status)
                .map(Object::toString).collect(Collectors.joining(","));
    }

    long stdinStream() {
        return 3 * number;
    }

    long dataStream() {
        return 3 * number + 1;
    }

    long stdoutStream() {
        return 3 * number + 2;
    }

    /** How much of a stream the handler reads. */
    int read(int length) {
        return switch (reading) {
            case ALL -> length;
            case PART -> length / 2;
            case NONE -> 0;
        };
    }

    /** What the handler writes ahead of the body. */
    byte[] head() {
        if (role == Role.AUTHORIZER) {
            return (number % 2 == 0
                    ? "Status: 200 OK\r\nVariable-SOAK: " + number + "\r\n\r\n"
                    : "Status: 403 Forbidden\r\nX-Soak: " + number + "\r\n"
                            + (output > 0 ? "Content-Type: text/plain; charset=utf-8\r\n" : "") + "\r\n"
                            + "x".repeat(output)).getBytes(StandardCharsets.ISO_8859_1);
        }
        return ("X-Soak: " + number + " " + read(input) + " " + read(data) + "\r\nContent-Length: " + output
                + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    int bodyLength() {
        return role == Role.AUTHORIZER ? 0 : output;
    }

    Decision decision() {
        return number % 2 == 0
                ? Decision.granted(Map.of("SOAK", "" + number))
                : Decision.denied(403, Map.of("X-Soak", "" + number), "x".repeat(output));
    }
}
