package org.enstore.accounting.outlook;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ranks units by what speaks for a failure soon.
 *
 * <p>For each kind of error a unit gets the logarithm of how many times its peers' its rate is. The
 * rate is drawn towards theirs, the more so the less it has worked: one error in ten mounts is not
 * yet ten times one in a hundred. Below its peers' speed it gets ten times the logarithm of what is
 * missing, so that a speed of 0.667 counts as much as errors at sixty times the usual rate. The
 * type's own failures so far add the logarithm of their relative rate.
 */
public final class RiskRanking {
  /** A rate beyond a thousand times the peers' is no worse. */
  private static final double MOST_POINTS = Math.log(1000);

  private static final double SPEED_POINTS = 10;

  /** Below one and a half times the peers' rate nobody needs to be told. */
  private static final double TOLD = 1.5;

  private static final double CERTAIN = 0.9;

  /** Failures of all types that weigh as much as a type's own. */
  private static final double TYPE_WEIGHT = 2;

  private RiskRanking() {}

  /**
   * All {@code units}, the one most at risk first, equal ones by name.
   *
   * @param histories by type, as far as they are known; empty if not
   */
  public static List<UnitRisk> rank(List<UnitFacts> units, Map<String, TypeHistory> histories) {
    Map<String, Map<String, List<ErrorCount>>> peers = new HashMap<>();
    for (UnitFacts unit : units) {
      for (ErrorCount count : unit.errors()) {
        peers
            .computeIfAbsent(unit.type(), type -> new HashMap<>())
            .computeIfAbsent(count.what(), what -> new ArrayList<>())
            .add(count);
      }
    }
    Map<String, Map<String, PeerRates>> rates = new HashMap<>();
    peers.forEach(
        (type, kinds) ->
            kinds.forEach(
                (what, counts) ->
                    rates
                        .computeIfAbsent(type, key -> new HashMap<>())
                        .put(what, PeerRates.of(counts))));
    Map<String, Double> typePoints = typePoints(histories);
    return units.stream()
        .map(unit -> risk(unit, rates, typePoints.getOrDefault(unit.type(), 0.0)))
        .sorted(
            Comparator.comparingDouble(UnitRisk::score).reversed().thenComparing(UnitRisk::name))
        .toList();
  }

  private static Map<String, Double> typePoints(Map<String, TypeHistory> histories) {
    double failures = 0;
    double days = 0;
    for (TypeHistory history : histories.values()) {
      failures += history.failures();
      days += history.unitDays();
    }
    Map<String, Double> points = new HashMap<>();
    if (failures > 0) {
      double mean = failures / days;
      histories.forEach(
          (type, history) ->
              points.put(
                  type,
                  Math.log(
                      (history.failures() + TYPE_WEIGHT)
                          / (history.unitDays() * mean + TYPE_WEIGHT))));
    }
    return points;
  }

  private static UnitRisk risk(
      UnitFacts unit, Map<String, Map<String, PeerRates>> rates, double typePoints) {
    double score = typePoints;
    List<Reason> reasons = new ArrayList<>();
    for (ErrorCount count : unit.errors()) {
      PeerRates usual = rates.getOrDefault(unit.type(), Map.of()).get(count.what());
      if (usual == null) {
        continue;
      }
      double times = usual.times(count);
      double points = Math.min(MOST_POINTS, Math.log(times));
      score += points;
      if (times > TOLD) {
        double certainty = usual.certainty(count);
        if (certainty > CERTAIN) {
          reasons.add(
              new Reason(
                  Reason.Kind.ERRORS,
                  count.what(),
                  count.per(),
                  count.errors(),
                  count.work(),
                  times,
                  certainty,
                  points));
        }
      }
    }
    double speed = unit.relativeSpeed();
    if (speed < RelativeSpeed.SLOW) {
      double points = Math.min(MOST_POINTS, -SPEED_POINTS * Math.log(speed));
      score += points;
      reasons.add(
          new Reason(
              speed < RelativeSpeed.VERY_SLOW ? Reason.Kind.VERY_SLOW : Reason.Kind.SLOW,
              "",
              "",
              0,
              0,
              speed,
              1,
              points));
    }
    reasons.sort(Comparator.comparingDouble(Reason::points).reversed());
    return new UnitRisk(unit.name(), unit.type(), score, reasons);
  }
}
