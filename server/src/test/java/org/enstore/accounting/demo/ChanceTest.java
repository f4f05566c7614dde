package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChanceTest {
  private static final long SEED = 42;
  private static final int DRAWS = 100_000;

  @Test
  void sameSeed_drawsTheSame() {
    assertThat(draws(new Chance(SEED))).isEqualTo(draws(new Chance(SEED)));
    assertThat(draws(Chance.of(SEED, 7))).isEqualTo(draws(Chance.of(SEED, 7)));
  }

  @Test
  void parts_drawDifferently() {
    long different =
        LongStream.range(-1_000, 1_000)
            .mapToObj(part -> Arrays.toString(draws(Chance.of(SEED, part))))
            .distinct()
            .count();
    assertThat(different).isEqualTo(2_000);
  }

  /** The draws themselves, which no change of Java may change. */
  @Test
  void draws_areTheseOnEveryJava() {
    Chance chance = new Chance(SEED);
    assertThat(chance.below(1_000_000)).isEqualTo(741_564);
    assertThat(chance.even()).isEqualTo(0.1599103928769201);
    assertThat(chance.normal()).isEqualTo(-0.4508498757188601);
  }

  @Test
  void draws_haveTheirMeans() {
    Chance chance = new Chance(SEED);
    assertThat(mean(DoubleStream.generate(chance::even))).isCloseTo(0.5, within(0.01));
    assertThat(mean(DoubleStream.generate(chance::normal))).isCloseTo(0, within(0.02));
    assertThat(mean(DoubleStream.generate(() -> chance.waiting(3)))).isCloseTo(3, within(0.05));
    assertThat(mean(DoubleStream.generate(() -> StrictMath.log(chance.around(10, 0.5)))))
        .isCloseTo(StrictMath.log(10), within(0.02));
    assertThat(mean(DoubleStream.generate(() -> chance.oneIn(10) ? 1 : 0)))
        .isCloseTo(0.1, within(0.01));
  }

  private static double[] draws(Chance chance) {
    return DoubleStream.generate(chance::even).limit(5).toArray();
  }

  private static double mean(DoubleStream draws) {
    return draws.limit(DRAWS).average().orElseThrow();
  }
}
