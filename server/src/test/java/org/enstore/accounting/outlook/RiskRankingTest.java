package org.enstore.accounting.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RiskRankingTest {
  private static UnitFacts drive(String name, double errors, double gigabytes, double speed) {
    return new UnitFacts(
        name,
        "LTO8",
        List.of(new ErrorCount("corrected write errors", errors, "GB", gigabytes)),
        speed);
  }

  /** Nine drives of which nothing is to be said, and these. */
  private static List<UnitRisk> ranked(UnitFacts... odd) {
    List<UnitFacts> units = new ArrayList<>(Arrays.asList(odd));
    for (int i = 0; i < 9; i++) {
      units.add(drive("LTO8_0" + i, 10, 10_000, 1));
    }
    return RiskRanking.rank(units, Map.of());
  }

  @Test
  void errors_farAboveThePeersComeFirst() {
    UnitRisk first = ranked(drive("LTO8_99", 90, 10_000, 1)).get(0);

    assertThat(first.name()).isEqualTo("LTO8_99");
    assertThat(first.words())
        .isEqualTo("corrected write errors per GB 8.3 times its peers' (90 in 10000 GB lately)");
    assertThat(first.reasons().get(0).certainty()).isGreaterThan(0.99);
    assertThat(first.advice()).contains("clean it");
  }

  @Test
  void errors_fewInLittleWorkSayLess() {
    List<UnitRisk> ranked =
        ranked(drive("LTO8_LITTLE", 1, 100, 1), drive("LTO8_MUCH", 100, 10_000, 1));

    assertThat(ranked.get(0).name()).isEqualTo("LTO8_MUCH");
    UnitRisk little =
        ranked.stream().filter(r -> r.name().equals("LTO8_LITTLE")).findFirst().orElseThrow();
    assertThat(little.reasons()).isEmpty();
    assertThat(little.words()).isEqualTo("like its peers");
  }

  @Test
  void errors_ofOneFailingDriveDoNotBecomeUsual() {
    PeerRates rates =
        PeerRates.of(
            List.of(
                new ErrorCount("e", 1, "GB", 1000),
                new ErrorCount("e", 1, "GB", 1000),
                new ErrorCount("e", 1, "GB", 1000),
                new ErrorCount("e", 5000, "GB", 1000)));

    assertThat(rates.mean()).isCloseTo(0.001, within(1e-12));
  }

  @Test
  void errors_ofNobodyAreNoReason() {
    List<UnitRisk> ranked =
        RiskRanking.rank(
            List.of(drive("A", 0, 0, Double.NaN), drive("B", 0, 100, Double.NaN)), Map.of());

    assertThat(ranked).allSatisfy(risk -> assertThat(risk.reasons()).isEmpty());
    assertThat(ranked.get(0).advice()).isEqualTo("Nothing.");
  }

  @Test
  void speed_belowTwoThirdsIsBadAndBelowFourFifthsSlow() {
    List<UnitRisk> ranked =
        ranked(
            drive("LTO8_BAD", 10, 10_000, 0.61),
            drive("LTO8_SLOW", 10, 10_000, 0.75),
            drive("LTO8_FINE", 10, 10_000, 0.81));

    assertThat(ranked.get(0).name()).isEqualTo("LTO8_BAD");
    assertThat(ranked.get(0).words()).isEqualTo("speed 0.61 of its type's");
    assertThat(ranked.get(0).reasons().get(0).kind()).isEqualTo(Reason.Kind.VERY_SLOW);
    assertThat(ranked.get(0).advice()).startsWith("Take it out of service");
    assertThat(ranked.get(1).reasons().get(0).kind()).isEqualTo(Reason.Kind.SLOW);
    assertThat(ranked.stream().filter(risk -> !risk.reasons().isEmpty())).hasSize(2);
  }

  @Test
  void types_areComparedWithTheirOwn() {
    List<UnitFacts> units = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      units.add(drive("LTO8_" + i, 1, 1000, 1));
      units.add(
          new UnitFacts(
              "T10K_" + i,
              "T10K",
              List.of(new ErrorCount("corrected write errors", 500, "GB", 1000)),
              1));
    }

    assertThat(RiskRanking.rank(units, Map.of()))
        .allSatisfy(risk -> assertThat(risk.reasons()).isEmpty());
  }

  @Test
  void types_thatFailedMoreOftenComeFirst() {
    List<UnitRisk> ranked =
        RiskRanking.rank(
            List.of(
                new UnitFacts("A", "good", List.of(), Double.NaN),
                new UnitFacts("B", "bad", List.of(), Double.NaN)),
            Map.of("good", new TypeHistory(1, 10_000), "bad", new TypeHistory(30, 10_000)));

    assertThat(ranked.get(0).name()).isEqualTo("B");
  }

  @Test
  void order_ofEqualOnesIsByName() {
    assertThat(ranked().stream().map(UnitRisk::name)).isSorted();
  }

  @Test
  void fading_countsHalfAfterItsHalfLife() {
    FadingCount fading = new FadingCount(2);

    assertThat(fading.of(8, 2)).isEqualTo(4);
    assertThat(fading.of(8, -1)).isZero();
    assertThat(fading.ofDays(new double[] {4, Double.NaN, 1})).isEqualTo(3);
    assertThatIllegalArgumentException().isThrownBy(() -> new FadingCount(0));
  }

  @Test
  void relativeSpeed_isAgainstThePeersOfTheSameDay() {
    double none = Double.NaN;
    double[] own = {50, none, 10, 30};
    List<double[]> peers =
        List.of(
            new double[] {100, 100, 20, none},
            new double[] {100, 100, 20, 100},
            new double[] {90, 100, 25, none});

    assertThat(RelativeSpeed.of(own, peers)).isEqualTo(0.5);
    assertThat(RelativeSpeed.of(new double[] {1}, List.of(new double[] {1}))).isNaN();
  }

  @Test
  void ruleOfTwo_tellsDriveFromTape() {
    List<RuleOfTwo.Suspect> suspects =
        RuleOfTwo.suspects(
            List.of(
                new RuleOfTwo.Meeting("D1", "VR0001"),
                new RuleOfTwo.Meeting("D1", "VR0002"),
                new RuleOfTwo.Meeting("D2", "VR0009"),
                new RuleOfTwo.Meeting("D3", "VR0009"),
                new RuleOfTwo.Meeting("D4", "VR0007")));

    assertThat(suspects.stream().map(RuleOfTwo.Suspect::words))
        .containsExactly(
            "Tape VR0009: errors in 2 drives: D2, D3",
            "Drive D1: errors with 2 tapes: VR0001, VR0002",
            "Drive D4 or tape VR0007: try the tape in another drive");
  }

  @Test
  void ruleOfTwo_doesNotBlameDrivesForABadTape() {
    List<RuleOfTwo.Suspect> suspects =
        RuleOfTwo.suspects(
            List.of(
                new RuleOfTwo.Meeting("D1", "BAD"),
                new RuleOfTwo.Meeting("D2", "BAD"),
                new RuleOfTwo.Meeting("D1", "GOOD")));

    assertThat(suspects.stream().map(RuleOfTwo.Suspect::culprit))
        .containsExactly(RuleOfTwo.Culprit.TAPE, RuleOfTwo.Culprit.UNDECIDED);
  }
}
