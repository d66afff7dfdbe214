package dev.fcgi.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every seed, among them all that was ever found, as it is and cut short, in all ways to run it. */
final class FuzzSeedsTest {
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

    private static void test(FuzzTarget target, String name, byte[] input) throws Throwable {
        try {
            target.test(input);
        } catch (Throwable e) {
            throw new AssertionError(target + " " + name, e);
        }
    }
}
