package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.DriveCounts;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.TimeRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One data source of accounting and drivestat: each answers for itself. */
@Timeout(60)
class SeveralDatabasesTest {
  private static final Instant NOON = MemorySite.NOON;

  private final MemorySite site = new MemorySite();
  private final Drives drives = new Drives();
  private final SeriesEngine engine =
      new SeriesEngine(
          Map.of(
              Database.ACCOUNTING,
              new SeriesEngine.Part(site.source, Executors.newFixedThreadPool(2)),
              Database.DRIVESTAT,
              new SeriesEngine.Part(drives, Executors.newFixedThreadPool(2))),
          settings(),
          () -> NOON,
          Optional.empty());

  @AfterEach
  void close() {
    engine.close();
    site.close();
  }

  @Test
  void each_isAskedOfItsOwnDatabase_inOneCache() {
    site.transfer("2025-06-19T12:00:00", "LTO8_1.mover", Direction.READ, 7);

    assertThat(total(engine, transfers())).isEqualTo(7);
    assertThat(total(engine, counts())).isEqualTo(5);
    assertThat(engine.cached(counts())).isPresent();
    assertThat(engine.databases()).containsExactly(Database.ACCOUNTING, Database.DRIVESTAT);
    assertThat(engine.lastState(Database.DRIVESTAT).orElseThrow().lineage()).isEqualTo("drives/1");
    assertThat(engine.stats().queries()).isEqualTo(3);
    engine.limitCache(20L << 20);
    assertThat(engine.stats().cacheLimitBytes()).isEqualTo(20L << 20);
  }

  @Test
  void oneThatIsAway_failsItsOwnQuestionsAlone() {
    site.transfer("2025-06-19T12:00:00", "LTO8_1.mover", Direction.READ, 7);
    drives.away = true;

    assertThatThrownBy(() -> total(engine, counts()))
        .isInstanceOf(QueryFailure.class)
        .hasMessageContaining("drives are away");
    assertThat(total(engine, transfers())).isEqualTo(7);
    Health health = engine.health();
    assertThat(health.ok()).isTrue();
    assertThat(health.sentence()).endsWith("drivestat: The drives are away.");
    assertThat(health.details()).containsEntry("drivestat Replay lag", "unknown");
    assertThat(health.advice()).anyMatch(line -> line.startsWith("drivestat: its panels cannot"));
    assertThat(health.others()).isEqualTo(Map.of(Database.DRIVESTAT, false));
  }

  @Test
  void oneThatIsNotNamed_isToldWithItsSetting() {
    assertThatThrownBy(() -> total(site.engine, counts()))
        .isInstanceOfSatisfying(
            QueryFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.NOT_CONFIGURED))
        .hasMessage(
            "Counts of drives need the database drivestat: set drivestatHosts in the settings of the"
                + " data source to the addresses of its standbys.");
    assertThat(site.engine.cached(counts())).isEmpty();
    assertThatThrownBy(() -> site.engine.live(DriveCounts.DATASET))
        .hasMessageContaining("drivestatHosts");
    assertThat(site.engine.availability(DriveCounts.DATASET).available()).isFalse();
    assertThat(site.engine.availability(Transfers.DATASET).available()).isTrue();
    assertThat(engine.availability(DriveCounts.DATASET, DriveCounts.COUNTS).available()).isTrue();
  }

  @Test
  void close_endsAllOfThem() {
    engine.close();

    assertThat(drives.closed).isTrue();
    assertThat(engine.live(Transfers.DATASET).isClosed()).isTrue();
    assertThat(engine.live(DriveCounts.DATASET).isClosed()).isTrue();
  }

  private static long total(SeriesEngine engine, SeriesQuery query) {
    return engine
        .answer(query, Demand.USUAL, new Cancellation(), Room.UNBOUNDED)
        .table()
        .series()
        .stream()
        .mapToLong(
            series -> {
              Numbers.Longs numbers = (Numbers.Longs) series.numbers();
              return IntStream.range(0, numbers.size()).mapToLong(numbers::at).sum();
            })
        .sum();
  }

  private static SeriesQuery transfers() {
    return query(Transfers.DATASET, Transfers.BYTES);
  }

  private static SeriesQuery counts() {
    return query(DriveCounts.DATASET, DriveCounts.COUNTS);
  }

  private static SeriesQuery query(Dataset dataset, Measure measure) {
    return new SeriesQuery(
        dataset,
        measure,
        new TimeRange(Instant.parse("2025-06-15T05:00:00Z"), NOON),
        Optional.of(Duration.ofDays(1)),
        Duration.ZERO,
        100,
        List.of(Dimensions.MOVER),
        List.of(),
        Map.of(),
        false,
        ByteUnit.BYTES,
        GapPolicy.ZERO,
        SourceChoice.RAW,
        Arrangement.PLAIN);
  }

  private static SourceSettings settings() {
    return SourceSettingsLoader.load(
        new RawSettings(
            "memory",
            "",
            "",
            Map.of("siteTimeZone", "America/Chicago", "drivestatHosts", "drives"),
            Map.of()));
  }

  /** A drivestat in which mover A counted five on 19 June. */
  private static final class Drives implements TransferSource {
    private volatile boolean away;
    private volatile boolean closed;

    private void check() {
      if (away) {
        throw new QueryFailure(FailureKind.STANDBY_UNAVAILABLE, "The drives are away.");
      }
    }

    @Override
    public Snapshot read(ReadRequest request, RowSink sink, Cancellation cancellation) {
      check();
      assertThat(request.table()).isEqualTo(DriveCounts.DATASET.facts());
      sink.begin();
      Instant cell = Instant.parse("2025-06-19T17:00:00Z");
      if (!request.from().isAfter(LocalDate.parse("2025-06-19"))
          && request.to().isAfter(LocalDate.parse("2025-06-19"))) {
        sink.accept(cell.getEpochSecond(), new GroupKey(List.of("A")), new long[] {5});
      }
      return new Snapshot(NOON, "drives/1");
    }

    @Override
    public SourceState state(Cancellation cancellation) {
      check();
      return new SourceState(
          "drives:8802",
          true,
          new ReplayLag.Known(Duration.ZERO),
          NOON,
          NOON,
          "drives/1",
          Map.of(
              DriveCounts.DATASET.facts(),
              TableState.ofFacts(
                  Optional.of(NOON),
                  Extent.of(Extent.EARLIEST, LocalDate.parse("2025-06-20")),
                  Optional.empty())));
    }

    @Override
    public Health health() {
      return new Health(
          !away,
          away ? "The drives are away." : "The drives are here.",
          Map.of("Replay lag", "unknown"),
          List.of());
    }

    @Override
    public PoolStats poolStats() {
      return new PoolStats(List.of());
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
