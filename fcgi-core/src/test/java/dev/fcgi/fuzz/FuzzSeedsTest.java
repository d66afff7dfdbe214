package dev.fcgi.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every seed, including all former findings, complete and truncated, with all options; then random combinations of
 * pieces of seeds.
 */
final class FuzzSeedsTest {
    private static final int MIXTURES = 200;

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void seeds(FuzzTarget target) throws Throwable {
        Map<String, byte[]> seeds = target.seeds();
        assertFalse(seeds.isEmpty());
        for (Map.Entry<String, byte[]> seed : seeds.entrySet()) {
            byte[] input = seed.getValue();
            test(target, seed.getKey(), input);
            for (int length = 0; length < input.length; length += 1 + input.length / 40) {
                test(target, seed.getKey() + " up to " + length, Arrays.copyOf(input, length));
            }
            for (int first = 0; first < 128 && input.length > 0; first += 3) { // options
                byte[] other = input.clone();
                other[0] = (byte) first;
                test(target, seed.getKey() + " with " + first, other);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void mixtures(FuzzTarget target) throws Throwable {
        List<byte[]> seeds = List.copyOf(target.seeds().values());
        SplittableRandom random = new SplittableRandom();
        for (int i = 0; i < MIXTURES; i++) {
            byte[] input = mixture(seeds, random, target.maxLength());
            test(target, "hex " + HexFormat.ofDelimiter(" ").formatHex(input), input);
        }
    }

    /** One to four pieces, one byte in some of them another. */
    private static byte[] mixture(List<byte[]> seeds, RandomGenerator random, int maxLength) {
        ByteArrayOutputStream mixture = new ByteArrayOutputStream();
        for (int pieces = random.nextInt(1, 5); pieces > 0; pieces--) {
            byte[] piece = seeds.get(random.nextInt(seeds.size())).clone();
            if (piece.length > 0 && random.nextBoolean()) {
                piece[random.nextInt(piece.length)] = (byte) random.nextInt();
            }
            int start = random.nextBoolean() ? 0 : random.nextInt(piece.length + 1);
            int end = random.nextBoolean() ? piece.length : random.nextInt(start, piece.length + 1);
            mixture.write(piece, start, end - start);
        }
        return Arrays.copyOf(mixture.toByteArray(), Math.min(mixture.size(), maxLength));
    }

    private static void test(FuzzTarget target, String name, byte[] input) throws Throwable {
        try {
            target.test(input);
        } catch (Throwable e) {
            throw new AssertionError(target + " " + name, e);
        }
    }
}
