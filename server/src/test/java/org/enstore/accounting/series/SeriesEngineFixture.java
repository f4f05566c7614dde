package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.TimeRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** An engine over rows in memory at noon of 2025-06-20, and the questions that tests ask it. */
@Timeout(60)
abstract class SeriesEngineFixture {
  static final Instant NOON = MemorySite.NOON;

  private final MemorySite site = new MemorySite();
  final AtomicReference<Instant> now = site.now;
  final InMemoryTransferSource source = site.source;
  final SeriesEngine engine = site.engine;

  @AfterEach
  void close() {
    site.close();
  }

  /** Another engine over the same rows, which the test closes. */
  SeriesEngine engine(SourceSettings.Limits limits) {
    return site.engine(limits);
  }

  void transfer(String local, String mover, Direction direction, long bytes) {
    site.transfer(local, mover, direction, bytes);
  }

  void summary(String day, String mover, long read, long written) {
    site.summary(day, mover, read, written);
  }

  /** A query that tests vary: exact bytes by mover, one day a bucket, 10 to 20 June. */
  static final class Query {
    Measure measure = Transfers.BYTES;
    private List<Dimension> splitBy = List.of();
    TimeRange range = new TimeRange(Instant.parse("2025-06-10T05:00:00Z"), NOON);
    private Optional<Duration> step = Optional.of(Duration.ofDays(1));
    private List<Dimension> groupBy = List.of(Dimensions.MOVER);
    final Map<Dimension, Filter> filters = new HashMap<>();
    boolean nulls;
    private GapPolicy gaps = GapPolicy.ZERO;
    private SourceChoice source = SourceChoice.RAW;
    private ByteUnit unit = ByteUnit.BYTES;
    private Arrangement arrangement = Arrangement.PLAIN;

    Query source(SourceChoice choice) {
      source = choice;
      return this;
    }

    Query step(Duration width) {
      step = Optional.of(width);
      return this;
    }

    Query from(String instant) {
      range = new TimeRange(Instant.parse(instant), range.to());
      return this;
    }

    Query to(String instant) {
      range = new TimeRange(range.from(), Instant.parse(instant));
      return this;
    }

    Query total() {
      groupBy = List.of();
      return this;
    }

    Query gaps(GapPolicy policy) {
      gaps = policy;
      return this;
    }

    Query of(Measure shown) {
      measure = shown;
      return this;
    }

    Query by(Dimension... dimensions) {
      groupBy = List.of(dimensions);
      return this;
    }

    Query both() {
      splitBy = List.of(Dimensions.DIRECTION);
      return this;
    }

    Query top(int groups) {
      arrangement = new Arrangement(groups, arrangement.compare(), arrangement.runningTotal());
      return this;
    }

    Query compared() {
      arrangement =
          new Arrangement(
              arrangement.top(),
              Arrangement.Comparison.PREVIOUS_PERIOD,
              arrangement.runningTotal());
      return this;
    }

    Query runningTotal() {
      arrangement = new Arrangement(arrangement.top(), arrangement.compare(), true);
      return this;
    }

    Query movers(String... names) {
      filters.put(Dimensions.MOVER, Filter.including(List.of(names)));
      return this;
    }

    SeriesQuery build() {
      return new SeriesQuery(
          Transfers.DATASET,
          measure,
          range,
          step,
          Duration.ofMinutes(1),
          100,
          groupBy,
          splitBy,
          filters,
          nulls,
          unit,
          gaps,
          source,
          arrangement);
    }
  }

  SeriesAnswer ask(Query query) {
    return engine.answer(query.build(), Demand.USUAL, new Cancellation(), Room.UNBOUNDED);
  }

  static List<@Nullable Long> exact(SeriesAnswer answer, String mover) {
    Series found =
        answer.table().series().stream()
            .filter(series -> series.labels().getOrDefault("mover", "").equals(mover))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no series " + mover + " in " + answer));
    return exact(found);
  }

  static List<@Nullable Long> exact(Series series) {
    Numbers.Longs numbers = (Numbers.Longs) series.numbers();
    List<@Nullable Long> values = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      values.add(numbers.isMissing(i) ? null : numbers.at(i));
    }
    return values;
  }

  static List<String> texts(SeriesAnswer answer) {
    return answer.notices().stream().map(Notice::text).toList();
  }
}
