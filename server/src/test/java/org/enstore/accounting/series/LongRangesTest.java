package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.Direction;
import org.junit.jupiter.api.Test;

/** What is too much to be in hand at once is answered as if it were not. */
class LongRangesTest extends SeriesEngineFixture {
  private static final long SEED = 20_261_202;
  private static final int TRANSFERS = 4_000;

  /** A thirty-second of the usual: some days of minutes fill what one question may hold. */
  private static final long LIMIT = 2 << 20;

  private static final List<String> MOVERS =
      List.of("LTO8_1", "LTO8_2", "LTO8_10", "T10KD_1", "disk_7");

  private static SourceSettings.Limits limits() {
    SourceSettings.Limits usual = SourceSettings.Limits.DEFAULT;
    return new SourceSettings.Limits(
        usual.moverLookBackDays(),
        usual.maxSeries(),
        usual.maxPoints(),
        usual.cacheBytes(),
        Duration.ofMinutes(1));
  }

  private void fill() {
    Random random = new Random(SEED);
    LocalDateTime first = LocalDateTime.parse("2025-03-01T00:00:00");
    for (int i = 0; i < TRANSFERS; i++) {
      transfer(
          first.plusSeconds((long) (random.nextDouble() * 110 * 86_400)).toString(),
          MOVERS.get(random.nextInt(MOVERS.size())),
          random.nextBoolean() ? Direction.READ : Direction.WRITE,
          1_000_000 + random.nextInt(1_000_000_000));
    }
  }

  private static List<Query> questions() {
    String from = "2025-03-01T06:00:00Z";
    Duration minutes = Duration.ofMinutes(10);
    Duration day = Duration.ofDays(1);
    return new ArrayList<>(
        List.of(
            new Query().from(from).step(minutes).total(),
            new Query().from(from).step(Duration.ofHours(1)).both(),
            new Query().from(from).step(Duration.ofHours(6)).top(2),
            new Query().from(from).step(Duration.ofHours(6)).of(Transfers.MEAN_FILE_SIZE),
            new Query().from("2025-05-01T05:00:00Z").step(Duration.ofHours(1)).compared(),
            new Query().from(from).step(Duration.ofHours(1)).total().runningTotal(),
            new Query().from(from).step(day).of(Transfers.DRIVE_RATE_P95),
            new Query()
                .from(from)
                .step(day)
                .of(Transfers.DRIVE_RATE_P50)
                .by(
                    Dimensions.MOVER,
                    Dimensions.STORAGE_GROUP,
                    Dimensions.LIBRARY,
                    Dimensions.DRIVE_TYPE)));
  }

  @Test
  void parts_addUpToTheWhole() {
    fill();
    try (SeriesEngine small = engine(limits());
        SeriesEngine large = engine(limits())) {
      small.limitCache(LIMIT);
      for (Query query : questions()) {
        SeriesAnswer whole =
            large.answer(query.build(), Demand.WHOLE, new Cancellation(), Room.UNBOUNDED);
        SeriesAnswer parts =
            small.answer(query.build(), Demand.WHOLE, new Cancellation(), Room.UNBOUNDED);
        assertThat(parts.table()).usingRecursiveComparison().isEqualTo(whole.table());
        assertThat(parts.notices()).isEqualTo(whole.notices());
        assertThat(small.stats().blockBytes()).isLessThanOrEqualTo(LIMIT);
      }
    }
  }
}
