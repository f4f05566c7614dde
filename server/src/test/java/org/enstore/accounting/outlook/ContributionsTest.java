package org.enstore.accounting.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.enstore.accounting.outlook.Contributions.Contribution;
import org.junit.jupiter.api.Test;

class ContributionsTest {
  private static String terabytes(double value) {
    return Math.round(value) + " TB";
  }

  @Test
  void contributions_addUpExactlyOnBothLevels() {
    Random random = new Random(4);
    Map<Contributions.Key, Long> before = new HashMap<>();
    Map<Contributions.Key, Long> after = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      // Beyond what a double holds exactly.
      before.put(new Contributions.Key("g" + random.nextInt(9), "p" + i), random.nextLong() >> 9);
      after.put(new Contributions.Key("g" + random.nextInt(9), "p" + i), random.nextLong() >> 9);
    }

    Contributions contributions = Contributions.of(before, after);

    assertThat(contributions.groups().stream().mapToLong(Contribution::change).sum())
        .isEqualTo(contributions.change());
    assertThat(contributions.change())
        .isEqualTo(
            after.values().stream().mapToLong(v -> v).sum()
                - before.values().stream().mapToLong(v -> v).sum());
    assertThat(contributions.groups())
        .allSatisfy(
            group ->
                assertThat(group.parts().stream().mapToLong(Contribution::change).sum())
                    .isEqualTo(group.change()));
  }

  @Test
  void fall_isToldWithItsCauses() {
    Contributions contributions =
        Contributions.of(
            Map.of(
                new Contributions.Key("cms", "LTO8"),
                100L,
                new Contributions.Key("cms", "M8"),
                20L,
                new Contributions.Key("dune", "M8"),
                5L),
            Map.of(
                new Contributions.Key("cms", "LTO8"),
                40L,
                new Contributions.Key("cms", "M8"),
                22L,
                new Contributions.Key("nova", "M8"),
                9L));

    assertThat(contributions.words("Writing", ContributionsTest::terabytes))
        .isEqualTo(
            "Writing fell by 54 TB (-43 %), from 125 TB to 71 TB."
                + " cms −58 TB (mostly LTO8, −60 TB).");
  }

  @Test
  void change_thatCancelsOutIsToldToo() {
    Contributions contributions =
        Contributions.of(
            Map.of(new Contributions.Key("a", "x"), 5L, new Contributions.Key("b", "x"), 7L),
            Map.of(new Contributions.Key("a", "x"), 7L, new Contributions.Key("b", "x"), 5L));

    assertThat(contributions.words("Reading", ContributionsTest::terabytes))
        .isEqualTo("Reading did not change: 12 TB. Within, a +2 TB; b −2 TB.");
  }

  @Test
  void nothing_didNotChange() {
    assertThat(Contributions.of(Map.of(), Map.of()).words("Reading", ContributionsTest::terabytes))
        .isEqualTo("Reading did not change: 0 TB.");
  }

  @Test
  void first_hasNoPercentage() {
    assertThat(
            Contributions.of(Map.of(), Map.of(new Contributions.Key("a", "x"), 3L))
                .words("Reading", ContributionsTest::terabytes))
        .isEqualTo("Reading rose by 3 TB, from 0 TB to 3 TB. a +3 TB.");
  }

  @Test
  void overflow_isRefused() {
    assertThatThrownBy(
            () ->
                Contributions.of(
                    Map.of(),
                    Map.of(
                        new Contributions.Key("a", "x"),
                        Long.MAX_VALUE,
                        new Contributions.Key("a", "y"),
                        1L)))
        .isInstanceOf(ArithmeticException.class);
  }
}
