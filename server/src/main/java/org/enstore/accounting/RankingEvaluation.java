package org.enstore.accounting;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.outlook.ErrorCount;
import org.enstore.accounting.outlook.FadingCount;
import org.enstore.accounting.outlook.RiskRanking;
import org.enstore.accounting.outlook.TypeHistory;
import org.enstore.accounting.outlook.UnitFacts;
import org.enstore.accounting.outlook.UnitRisk;

/** Ranks the units of a data set on each of its dates. */
final class RankingEvaluation {
  /** Errors that tell of a failure come in the hours before it. */
  private static final FadingCount FADING = new FadingCount(1);

  private static final double SECONDS_PER_DAY = 86_400;

  private final Path folder;

  /** Of signals that say something about faults, whether they are counts of a day. */
  private final Map<String, Boolean> isCount = new LinkedHashMap<>();

  private final Map<String, Unit> units = new LinkedHashMap<>();
  private boolean hasEvents;

  /** A unit's rows in the order of their dates. */
  private static final class Unit {
    private final String model;
    private final NumberList days = new NumberList();
    private final NumberList failures = new NumberList();
    private final Map<String, NumberList> readings = new LinkedHashMap<>();
    private final Map<String, NumberList> events = new LinkedHashMap<>();

    Unit(String model) {
      this.model = model;
    }
  }

  RankingEvaluation(Path folder) throws IOException {
    this.folder = folder;
    readSignals();
    readDays();
    Path events = folder.resolve("events.csv");
    hasEvents = Files.isRegularFile(events);
    if (hasEvents) {
      readEvents(events);
    }
  }

  private void readSignals() throws IOException {
    try (CsvFile file = new CsvFile(folder.resolve("signals.csv"), "signal", "kind")) {
      while (file.next()) {
        switch (file.text(1)) {
          case "count" -> isCount.put(file.text(0), true);
          case "total", "level" -> isCount.put(file.text(0), false);
          default -> {
            // Age and upkeep are no faults.
          }
        }
      }
    }
  }

  private void readDays() throws IOException {
    List<String> columns = new ArrayList<>(List.of("date", "unit", "model", "failure"));
    columns.addAll(isCount.keySet());
    try (CsvFile file = new CsvFile(folder.resolve("days.csv"), columns.toArray(String[]::new))) {
      while (file.next()) {
        Unit unit = units.computeIfAbsent(file.text(1), name -> new Unit(file.text(2)));
        double day = day(file.text(0));
        unit.days.add(day);
        if (file.text(3).equals("1")) {
          unit.failures.add(day);
        }
        for (int i = 4; i < columns.size(); i++) {
          unit.readings
              .computeIfAbsent(columns.get(i), signal -> new NumberList())
              .add(file.text(i).isEmpty() ? Double.NaN : file.number(i));
        }
      }
    }
  }

  private void readEvents(Path path) throws IOException {
    try (CsvFile file = new CsvFile(path, "time", "unit", "signal")) {
      while (file.next()) {
        Unit unit = units.get(file.text(1));
        if (unit != null) {
          unit.events
              .computeIfAbsent(file.text(2), signal -> new NumberList())
              .add(moment(file.text(0)));
        }
      }
    }
  }

  /** Days since 1970. */
  private static double day(String text) {
    return LocalDate.parse(text.substring(0, 10)).toEpochDay();
  }

  /** The same with a fraction; times without a zone. */
  private static double moment(String text) {
    String time = text.length() == 10 ? text + "T00:00:00" : text.replace(' ', 'T');
    return Instant.parse(time + "Z").atOffset(ZoneOffset.UTC).toEpochSecond() / SECONDS_PER_DAY;
  }

  void writeTo(Path target) throws IOException {
    try (CsvFile dates = new CsvFile(folder.resolve("dates.csv"), "date", "until");
        BufferedWriter writer = Files.newBufferedWriter(target)) {
      writer.write("date,unit,score\n");
      while (dates.next()) {
        for (UnitRisk risk : rank(day(dates.text(0)), moment(dates.text(1)))) {
          writer.write(dates.text(0) + "," + risk.name() + "," + risk.score() + "\n");
        }
      }
    }
  }

  private List<UnitRisk> rank(double date, double until) {
    List<UnitFacts> facts = new ArrayList<>();
    Map<String, TypeHistory> histories = new LinkedHashMap<>();
    units.forEach(
        (name, unit) -> {
          int row = unit.days.lastAtMost(date);
          TypeHistory own = new TypeHistory(unit.failures.lastAtMost(date) + 1, row + 1);
          histories.merge(
              unit.model,
              own,
              (a, b) -> new TypeHistory(a.failures() + b.failures(), a.unitDays() + b.unitDays()));
          if (row >= 0 && unit.days.at(row) == date) {
            facts.add(new UnitFacts(name, unit.model, errors(unit, row, until), Double.NaN));
          }
        });
    // Messages tell of the next hours; how often a type fails, of the next year.
    return RiskRanking.rank(facts, isCount.containsValue(true) ? Map.of() : histories);
  }

  private List<ErrorCount> errors(Unit unit, int row, double until) {
    List<ErrorCount> errors = new ArrayList<>();
    double messages = 0;
    for (Map.Entry<String, Boolean> signal : isCount.entrySet()) {
      NumberList readings = unit.readings.getOrDefault(signal.getKey(), new NumberList());
      if (!signal.getValue()) {
        double reading = readings.at(row);
        errors.add(new ErrorCount(signal.getKey(), reading > 0 ? reading : 0, "day", 1));
      } else if (hasEvents) {
        NumberList events = unit.events.getOrDefault(signal.getKey(), new NumberList());
        for (int i = 0; i < events.count(); i++) {
          messages += FADING.of(1, until - events.at(i));
        }
      } else {
        for (int i = 0; i <= row; i++) {
          messages += FADING.of(readings.at(i), unit.days.at(row) - unit.days.at(i));
        }
      }
    }
    // Messages are of one sort whatever they say; the other signals have each its own scale.
    errors.add(new ErrorCount("messages", Math.max(0, messages), "day", 1));
    return errors;
  }
}
