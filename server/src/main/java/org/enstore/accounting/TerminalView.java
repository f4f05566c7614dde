package org.enstore.accounting;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Arrangement;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.LiveFeed;
import org.enstore.accounting.series.LiveUpdate;
import org.enstore.accounting.series.Notice;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.ReplayLag;
import org.enstore.accounting.series.Room;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.SourceChoice;
import org.enstore.accounting.series.SourceState;

/** Movers of the last day as a table with small charts, drawn in characters. */
final class TerminalView {
  private static final int ROWS = 12;
  private static final Duration WINDOW = Duration.ofHours(24);
  private static final String BARS = " ▁▂▃▄▅▆▇█";
  private static final String PLAIN_BARS = " .:-=+*#@";
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final SeriesEngine engine;
  private final ZoneId zone;
  private final String bars;

  /**
   * A view of what {@code engine} answers.
   *
   * @param unicode whether the terminal shows block characters
   */
  TerminalView(SeriesEngine engine, ZoneId zone, boolean unicode) {
    this.engine = engine;
    this.zone = zone;
    this.bars = unicode ? BARS : PLAIN_BARS;
  }

  /** What one mover did: its exact bytes per direction, and by the hour. */
  private static final class Row {
    private final Map<String, Long> bytes = new LinkedHashMap<>();
    private double[] hours = new double[0];

    void add(String direction, Numbers.Longs numbers) {
      if (hours.length == 0) {
        hours = new double[numbers.size()];
      }
      long sum = 0;
      for (int i = 0; i < numbers.size(); i++) {
        sum += numbers.at(i);
        hours[i] += numbers.at(i);
      }
      bytes.merge(direction, sum, Long::sum);
    }

    long of(String direction) {
      return bytes.getOrDefault(direction, 0L);
    }

    long total() {
      return of("read") + of("write");
    }
  }

  /**
   * Runs {@code changed}, which must not block, whenever numbers change, while the engine lives.
   */
  void tellOfChanges(Instant now, Runnable changed) {
    engine
        .live(Transfers.DATASET)
        .watch(
            query(now),
            new LiveFeed.Watcher() {
              @Override
              public void take(LiveUpdate update) {
                changed.run();
              }

              @Override
              public void fail(QueryFailure failure) {
                // The table says itself what is wrong, and is drawn every second all the same.
              }
            });
  }

  private static SeriesQuery query(Instant now) {
    return new SeriesQuery(
        Transfers.DATASET,
        Transfers.BYTES,
        new TimeRange(now.minus(WINDOW), now),
        Optional.of(Step.HOUR_1.nominal()),
        Duration.ZERO,
        1,
        List.of(Dimensions.MOVER),
        List.of(Dimensions.DIRECTION),
        Map.of(),
        false,
        ByteUnit.BYTES,
        GapPolicy.ZERO,
        SourceChoice.RAW,
        Arrangement.PLAIN);
  }

  /** The lines of the table as things are at {@code now}. */
  List<String> lines(Instant now) {
    SeriesAnswer answer =
        engine.answer(query(now), Demand.USUAL, new Cancellation(), Room.UNBOUNDED);
    Map<String, Row> movers = new LinkedHashMap<>();
    Row total = new Row();
    for (Series series : answer.table().series()) {
      Numbers.Longs numbers = (Numbers.Longs) series.numbers();
      String direction = series.labels().getOrDefault("direction", "");
      String mover = series.labels().getOrDefault("mover", "");
      movers.computeIfAbsent(mover, name -> new Row()).add(direction, numbers);
      total.add(direction, numbers);
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        CLOCK.format(now.atZone(zone))
            + "  last 24 h, null movers left out  "
            + state(engine.state(new Cancellation()), now));
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT, "%-14s %14s %14s  %s", "mover", "read MiB", "written MiB", "by the hour"));
    movers.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -entry.getValue().total()))
        .limit(ROWS)
        .forEach(entry -> lines.add(line(entry.getKey(), entry.getValue())));
    if (movers.size() > ROWS) {
      lines.add("  and " + (movers.size() - ROWS) + " more");
    }
    lines.add(line("all " + movers.size(), total));
    for (Notice notice : answer.notices()) {
      lines.add("  ! " + notice.text());
    }
    return lines;
  }

  /** One line with the totals, for a terminal that is a pipe. */
  String summary(Instant now) {
    List<String> lines = lines(now);
    String total =
        lines.stream().filter(line -> line.startsWith("all ")).collect(Collectors.joining());
    return lines.get(0) + "  |  " + total;
  }

  private String line(String name, Row row) {
    return String.format(
        Locale.ROOT,
        "%-14s %,14.0f %,14.0f  %s",
        name,
        ByteUnit.MEBIBYTES.amount(row.of("read")),
        ByteUnit.MEBIBYTES.amount(row.of("write")),
        chart(row.hours));
  }

  /** A bar for each value, the highest one full; a value above zero is never blank. */
  private String chart(double[] values) {
    double highest = 0;
    for (double value : values) {
      highest = Math.max(highest, value);
    }
    StringBuilder chart = new StringBuilder();
    for (double value : values) {
      int level = value <= 0 ? 0 : (int) Math.max(1, Math.round(value / highest * 8));
      chart.append(bars.charAt(level));
    }
    return chart.toString();
  }

  private static String state(SourceState state, Instant now) {
    String lag;
    if (state.lag() instanceof ReplayLag.Known known) {
      lag = "lag " + known.lag().toMillis() + " ms";
    } else if (state.lag() instanceof ReplayLag.Unknown unknown) {
      lag = "lag unknown (" + unknown.reason() + ")";
    } else {
      lag = "primary";
    }
    String newest =
        state
            .of(Transfers.FACTS)
            .newest()
            .map(
                at ->
                    "newest transfer "
                        + Math.max(0, Duration.between(at, now).toSeconds())
                        + " s ago")
            .orElse("no transfers");
    return (state.standby() ? "standby " : "") + state.host() + ", " + lag + ", " + newest;
  }
}
