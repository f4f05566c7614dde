package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.ErrorClass;
import org.enstore.accounting.catalog.Errors;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.outlook.ErrorCount;
import org.enstore.accounting.outlook.FadingCount;
import org.enstore.accounting.outlook.RelativeSpeed;
import org.enstore.accounting.outlook.RiskRanking;
import org.enstore.accounting.outlook.UnitFacts;
import org.enstore.accounting.outlook.UnitRisk;

/** What is known of each mover's work, errors and speed, by day. Not thread-safe. */
final class RiskFacts {
  /** Over so many of the last days speeds are compared. */
  private static final int SPEED_DAYS = 7;

  /** Causes for which a drive may be to blame, and what people call them. */
  private static final Map<ErrorClass, String> CAUSES =
      new TreeMap<>(
          Map.of(
              ErrorClass.DRIVE_OR_MEDIA, "errors of drive or tape",
              ErrorClass.ROBOT, "errors of the robot"));

  private final int days;
  private final FadingCount fading;
  private final Map<String, Unit> units = new TreeMap<>();

  /**
   * No facts yet.
   *
   * @param days how many of the last days are looked at
   * @param halfLifeDays after which an error counts half
   */
  RiskFacts(int days, double halfLifeDays) {
    this.days = days;
    this.fading = new FadingCount(halfLifeDays);
  }

  /** A mover, by day. */
  private static final class Unit {
    private final Map<String, Long> transfersByType = new HashMap<>();
    private final double[] transfers;
    private final double[] speeds;
    private final Map<ErrorClass, double[]> errors = new HashMap<>();

    Unit(int days) {
      transfers = new double[days];
      speeds = new double[days];
      Arrays.fill(speeds, Double.NaN);
    }

    /** The type that it worked most with. */
    String type() {
      return transfersByType.entrySet().stream()
          .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
          .map(Map.Entry::getKey)
          .orElse("");
    }

    long errorCount() {
      return (long) errors.values().stream().flatMapToDouble(Arrays::stream).sum();
    }
  }

  /** Takes the transfers of each day by mover and type of drive. */
  void takeTransfers(SeriesTable table) {
    for (Series series : table.series()) {
      Unit unit = unitOf(series);
      double[] byDay = byDay(series, 0);
      long sum = 0;
      for (int day = 0; day < days; day++) {
        unit.transfers[day] += byDay[day];
        sum += (long) byDay[day];
      }
      unit.transfersByType.merge(label(series, Dimensions.DRIVE_TYPE.id()), sum, Long::sum);
    }
  }

  /** Takes the speed of each day by mover and type of drive, after the transfers. */
  void takeSpeeds(SeriesTable table) {
    for (Series series : table.series()) {
      Unit unit = unitOf(series);
      if (label(series, Dimensions.DRIVE_TYPE.id()).equals(unit.type())) {
        System.arraycopy(byDay(series, Double.NaN), 0, unit.speeds, 0, days);
      }
    }
  }

  /** Takes the errors of each day by mover and class, after the transfers. */
  void takeErrors(SeriesTable table) {
    for (Series series : table.series()) {
      Unit unit = units.get(label(series, Dimensions.MOVER.id()));
      CAUSES.keySet().stream()
          .filter(cause -> cause.label().equals(label(series, Errors.ERROR_CLASS.id())))
          .forEach(
              cause -> {
                if (unit != null) {
                  unit.errors.put(cause, byDay(series, 0));
                }
              });
    }
  }

  private Unit unitOf(Series series) {
    return units.computeIfAbsent(label(series, Dimensions.MOVER.id()), name -> new Unit(days));
  }

  private static String label(Series series, String name) {
    return series.labels().getOrDefault(name, "");
  }

  /** The last days of the table, the last of them last. */
  private double[] byDay(Series series, double nothing) {
    double[] byDay = new double[days];
    Arrays.fill(byDay, nothing);
    Numbers numbers = series.numbers();
    int offset = numbers.size() - days;
    for (int day = Math.max(0, -offset); day < days; day++) {
      if (!numbers.isMissing(offset + day)) {
        byDay[day] = History.at(numbers, offset + day);
      }
    }
    return byDay;
  }

  /** The movers that had transfers, the one most at risk first. */
  List<RiskAnswer.Unit> ranked() {
    Map<String, Double> speeds = speeds();
    List<UnitFacts> facts = new ArrayList<>();
    units.forEach(
        (name, unit) -> {
          double work = fading.ofDays(unit.transfers);
          List<ErrorCount> errors = new ArrayList<>();
          CAUSES.forEach(
              (cause, words) ->
                  errors.add(
                      new ErrorCount(
                          words,
                          fading.ofDays(unit.errors.getOrDefault(cause, new double[days])),
                          "transfers",
                          work)));
          facts.add(
              new UnitFacts(name, unit.type(), errors, speeds.getOrDefault(name, Double.NaN)));
        });
    return RiskRanking.rank(facts, Map.of()).stream().map(risk -> told(risk, speeds)).toList();
  }

  private RiskAnswer.Unit told(UnitRisk risk, Map<String, Double> speeds) {
    Unit unit = units.getOrDefault(risk.name(), new Unit(days));
    return new RiskAnswer.Unit(
        risk.name(),
        risk.type(),
        risk.score(),
        risk.words(),
        risk.advice(),
        unit.errorCount(),
        (long) Arrays.stream(unit.transfers).sum(),
        speeds.getOrDefault(risk.name(), Double.NaN));
  }

  private Map<String, Double> speeds() {
    Map<String, Double> relative = new HashMap<>();
    units.forEach(
        (name, unit) -> {
          List<double[]> peers = new ArrayList<>();
          units.forEach(
              (other, peer) -> {
                if (!other.equals(name) && peer.type().equals(unit.type())) {
                  peers.add(lately(peer.speeds));
                }
              });
          relative.put(name, RelativeSpeed.of(lately(unit.speeds), peers));
        });
    return relative;
  }

  private double[] lately(double[] byDay) {
    return Arrays.copyOfRange(byDay, Math.max(0, days - SPEED_DAYS), days);
  }
}
