package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.catalog.Blanks;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Dimensions;
import org.enstore.accounting.catalog.DriveHours;
import org.enstore.accounting.catalog.DriveUse;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.TapeMounts;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.RowsInMemory.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How facts that are no events are added up: intervals, levels, and what changes afterwards. */
class BehaviourInTimeTest {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

  private Instant now = NOON;
  private final RowsInMemory source = new RowsInMemory(new SiteCalendar(UTC), () -> now);
  private final SeriesEngine engine = engine();

  private SeriesEngine engine() {
    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings("memory", "", "", Map.of("siteTimeZone", UTC.getId()), Map.of()));
    return new SeriesEngine(source, settings, () -> now, Executors.newSingleThreadExecutor());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void level_isTheLatestSampleOfEachKey_addedUp() {
    sample("10T08:10", "LTO8", 100);
    sample("10T08:50", "LTO8", 90);
    sample("10T08:50", "LTO9", 7);
    sample("10T09:50", "LTO8", 80);
    sample("10T09:50", "LTO9", 7);

    assertThat(ask("blanks", "1h", 8, 10, List.of())).containsEntry("", List.of(97.0, 87.0));
    assertThat(ask("blanks", "1h", 8, 10, List.of("mediaType")))
        .containsEntry("LTO8", List.of(90.0, 80.0))
        .containsEntry("LTO9", List.of(7.0, 7.0));
  }

  @Test
  void level_holdsBetweenSamples_butNotForEver_norBeyondTheData() {
    sample("10T02:50", "LTO8", 100);
    now = Instant.parse("2026-03-10T10:30:00Z");

    assertThat(ask("blanks", "1h", 1, 13, List.of()).get(""))
        .containsExactly(
            null, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0, null, null, null, null);
  }

  @Test
  void level_keyThatIsNotSampledAnyMore_isGone() {
    sample("10T00:50", "M8", 5);
    sample("10T00:50", "LTO8", 100);
    sample("10T07:50", "LTO8", 90);

    assertThat(ask("blanks", "1h", 0, 8, List.of()).get(""))
        .startsWith(105.0, 105.0)
        .endsWith(90.0);
  }

  @Test
  void level_ofADay_isTheLastOneOfIt_whateverTheGrainItWasReadAt() {
    sample("09T23:50", "LTO8", 100);
    sample("10T00:50", "LTO8", 99);
    sample("10T10:50", "LTO8", 95);
    ask("blanks", "1h", 0, 12, List.of());

    assertThat(ask("blanks", "1d", -24, 24, List.of()).get("")).containsExactly(100.0, 95.0);
  }

  @Test
  void levelsOfADrive_meanCountsAbsenceAsNone_highestIsOfEachKey() {
    busy("10T08:00", "cms", 4);
    busy("10T08:15", "cms", 2);
    busy("10T08:15", "nova", 3);

    assertThat(ask("drivesBusyMean", "1h", 8, 9, List.of()).get("")).containsExactly(9 / 4.0);
    assertThat(ask("drivesBusyHighest", "1h", 8, 9, List.of()).get("")).containsExactly(7.0);
    assertThat(ask("driveBusyHours", "1h", 8, 9, List.of()).get("")).containsExactly(9.0 * 15 * 60);
    // At the latest sample cms and nova were there.
    assertThat(ask("drivesBusy", "1h", 8, 9, List.of()).get("")).containsExactly(5.0);
  }

  @Test
  void interval_isBookedAtItsStart_andFoundAgainWhenItHasEnded() {
    Row open = mount("10T11:50", Map.of(TapeMounts.OPEN_MOUNTS, 1L));
    assertThat(ask("openMounts", "1h", 11, 12, List.of()).get("")).containsExactly(1.0);
    assertThat(ask("mountTime", "1h", 11, 12, List.of()).get("")).containsExactly((Double) null);

    source.remove(open);
    mount(
        "10T11:50",
        Map.of(TapeMounts.MOUNTS, 1L, TapeMounts.MOUNT_MICROS, TimeUnit.SECONDS.toMicros(1500)));
    now = now.plus(Duration.ofMinutes(20));

    assertThat(ask("openMounts", "1h", 11, 12, List.of()).get("")).containsExactly(0.0);
    assertThat(ask("mountTime", "1h", 11, 12, List.of()).get("")).containsExactly(1500.0);
  }

  @Test
  void interval_bookedAtItsEnd_andSpread() {
    long micros = TimeUnit.MINUTES.toMicros(90);
    add(DriveHours.AT_DISMOUNT, "10T09:45", Map.of(DriveHours.BOOKED, micros));
    add(DriveHours.BY_HOUR, "10T08:15", Map.of(DriveHours.SPREAD, micros / 2));
    add(DriveHours.BY_HOUR, "10T09:00", Map.of(DriveHours.SPREAD, micros / 2));

    assertThat(ask("driveHours", "1h", 8, 10, List.of()).get("")).containsExactly(0.0, 5400.0);
    assertThat(ask("driveHoursSpread", "1h", 8, 10, List.of()).get(""))
        .containsExactly(2700.0, 2700.0);
    assertThat(ask("drivesOccupied", "1h", 8, 10, List.of()).get("")).containsExactly(0.75, 0.75);
  }

  @Test
  void share_isOfTheSums_andUnknownOfNothing() {
    mount("10T08:10", Map.of(TapeMounts.FAILED_MOUNTS, 1L, TapeMounts.ENDED_MOUNTS, 1L));
    mount("10T08:20", Map.of(TapeMounts.MOUNTS, 1L, TapeMounts.ENDED_MOUNTS, 1L));
    mount("10T09:20", Map.of(TapeMounts.MOUNTS, 1L, TapeMounts.ENDED_MOUNTS, 3L));

    assertThat(ask("failedMountShare", "1h", 8, 11, List.of()).get(""))
        .containsExactly(0.5, 0.0, null);
    assertThat(ask("failedMountShare", "1d", 0, 24, List.of()).get("")).containsExactly(0.2);
  }

  private void sample(String time, String mediaType, long blanks) {
    Instant at = at(time);
    source.add(
        new Row(
            Blanks.FACTS,
            at,
            Map.of(Dimensions.MEDIA_TYPE, mediaType),
            Map.of(Blanks.BLANKS, blanks, Blanks.AT, micros(at))));
  }

  private void busy(String time, String storageGroup, long busy) {
    Instant at = at(time);
    source.add(
        new Row(
            DriveUse.FACTS,
            at,
            Map.of(Dimensions.STORAGE_GROUP, storageGroup),
            Map.of(
                DriveUse.BUSY_LATEST,
                busy,
                DriveUse.BUSY_AT,
                micros(at),
                DriveUse.BUSY_HIGHEST,
                busy,
                DriveUse.BUSY_MICROS,
                busy * TimeUnit.MINUTES.toMicros(15))));
  }

  private Row mount(String time, Map<Quantity, Long> quantities) {
    Map<Quantity, Long> all = new HashMap<>(quantities);
    all.put(TapeMounts.ROWS, 1L);
    Row row = new Row(TapeMounts.FACTS, at(time), Map.of(), all);
    source.add(row);
    return row;
  }

  private void add(
      org.enstore.accounting.catalog.SourceTable table,
      String time,
      Map<Quantity, Long> quantities) {
    source.add(new Row(table, at(time), Map.of(), quantities));
  }

  private static Instant at(String time) {
    return Instant.parse("2026-03-" + time + ":00Z");
  }

  private static long micros(Instant at) {
    return TimeUnit.SECONDS.toMicros(at.getEpochSecond());
  }

  /** The values by group; null where there is none. */
  private Map<String, List<@Nullable Double>> ask(
      String measure, String step, int fromHour, int toHour, List<String> groupBy) {
    Instant midnight = Instant.parse("2026-03-10T00:00:00Z");
    Map<String, Object> asked =
        Map.of("measure", measure, "step", step, "unit", "bytes", "groupBy", groupBy);
    SeriesQuery query =
        QueryRules.finish(
            new KeyReader("", asked, QueryRules.KEYS),
            new QueryRules.Window(
                Optional.of(
                    new TimeRange(
                        midnight.plus(Duration.ofHours(fromHour)),
                        midnight.plus(Duration.ofHours(toHour)))),
                Duration.ofSeconds(1),
                1000));
    SeriesAnswer answer = engine.answer(query, Demand.FRESH, new Cancellation(), Room.UNBOUNDED);
    Map<String, List<@Nullable Double>> values = new TreeMap<>();
    for (Series series : answer.table().series()) {
      List<@Nullable Double> numbers = new ArrayList<>();
      for (int i = 0; i < series.numbers().size(); i++) {
        numbers.add(series.numbers().isMissing(i) ? null : number(series.numbers(), i));
      }
      values.put(
          query.groupBy().stream()
              .map(Dimension::id)
              .map(id -> series.labels().getOrDefault(id, ""))
              .reduce("", String::concat),
          numbers);
    }
    return values;
  }

  private static double number(Numbers numbers, int index) {
    return numbers instanceof Numbers.Longs longs
        ? longs.at(index)
        : ((Numbers.Doubles) numbers).at(index);
  }
}
