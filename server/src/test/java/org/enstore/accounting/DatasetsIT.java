package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Database;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Kind;
import org.enstore.accounting.catalog.Measure;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.KeyReader;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.Site;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.measure.MoverClass;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.postgres.StandbyTransferSource;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.NamesQuery;
import org.enstore.accounting.series.QueryRules;
import org.enstore.accounting.series.Room;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SeriesQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whether the measures of all datasets equal what SQL says, on the demo's three databases. */
class DatasetsIT {
  private static final int QUERIES = Integer.getInteger("random.queries", 2_000);
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2026-03-20T18:00:00Z");
  private static final LocalDate TODAY = LocalDate.of(2026, 3, 20);
  private static final long SEED = 20_261_201;
  private static final DatasetTruth TRUTH = new DatasetTruth(CHICAGO);

  private static ReplicatedPair pair;
  private static SeriesEngine engine;
  private static final Map<Database, Connection> STANDBYS = new EnumMap<>(Database.class);

  @BeforeAll
  static void fill() throws Exception {
    pair =
        TestPairs.telling(
            Site.usual(CHICAGO, NOW).withYears(1).withMovers(24).withTransfersPerDay(120));
    addRareRows();
    engine = engine();
    for (Database database : Database.values()) {
      STANDBYS.put(database, pair.connectToStandby(database.id(), Role.READER));
    }
  }

  /** What the demo's story has not, or seldom. */
  private static void addRareRows() throws Exception {
    try (Connection owner = pair.connectToPrimary(Database.ACCOUNTING.id(), Role.SUPERUSER);
        Statement statement = owner.createStatement()) {
      statement.execute(
          """
          insert into tape_mounts (node, volume, type, logname, start, finish, state)
            select 'n', 'VR0001', 'ULT3580-TD8', 'LTO8_01MV', at, at + interval '41.5 s', 'F'
              from generate_series(timestamp '2026-01-01 00:30', '2026-03-20', '7 hours') as at;
          insert into blanks (date, media_type, blanks)
            select at, 'TEST', extract(day from at)::integer * 7 % 11
              from generate_series(timestamp '2026-01-01 00:50', '2026-03-20', '5 hours') as at;
          insert into rate ("time", read, write, read_null, write_null)
            select at, 1000000007, extract(day from at)::bigint * 1000, 5, null
              from generate_series(
                  timestamptz '2026-01-01 00:00:07+00', '2026-03-19', '37 minutes') as at
          """);
    }
    try (Connection owner = pair.connectToPrimary(Database.DRIVESTAT.id(), Role.SUPERUSER);
        Statement statement = owner.createStatement()) {
      statement.execute(
          """
          insert into status (drive_sn, "time", read_errors, write_errors, mb_dev_read,
              mb_dev_write, mb_user_read, mb_user_write)
            select 'GOES_ON', timestamp '2025-10-01' + i * interval '1 hour',
                case when i < 180 then 3 * i else 2 * (i - 170) end, 0,
                case when i < 180 then 100 * i else i - 170 end, 0, 0, 0
              from generate_series(1, 240) as i
          """);
    }
    pair.awaitReplay(Duration.ofMinutes(1));
  }

  @AfterAll
  static void stop() throws Exception {
    for (Connection standby : STANDBYS.values()) {
      standby.close();
    }
    engine.close();
    pair.close();
  }

  private static SeriesEngine engine() {
    String hosts = "127.0.0.1:" + pair.standbyPort();
    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings(
                hosts,
                Role.READER.user(),
                Database.ACCOUNTING.id(),
                Map.of(
                    "siteTimeZone", CHICAGO.getId(),
                    "drivestatHosts", hosts,
                    "enstoredbHosts", hosts),
                Map.of("password", pair.password(Role.READER))));
    Map<Database, SeriesEngine.Part> parts = new EnumMap<>(Database.class);
    for (Database database : Database.values()) {
      parts.put(
          database,
          new SeriesEngine.Part(
              new StandbyTransferSource(
                  settings.of(database).orElseThrow(), () -> NOW, database.id(), "test"),
              Executors.newFixedThreadPool(2)));
    }
    return new SeriesEngine(parts, settings, () -> NOW, Optional.empty());
  }

  @Test
  void everyMeasure_hasATruth() {
    assertThat(
            Catalogue.ENSTORE.measures().stream()
                .filter(measure -> !isOfTransfers(measure))
                .filter(measure -> measure.kind() != Kind.AVERAGE)
                .map(Measure::id)
                .filter(id -> !id.equals("drivesBusyHighest") && !id.equals("liveRate")))
        .containsExactlyInAnyOrderElementsOf(TRUTH.all().keySet());
  }

  @Test
  void countersThatGoOn_countByDifferences() {
    Map<String, Object> asked = new HashMap<>();
    asked.put("measure", "correctedReadErrors");
    asked.put("groupBy", List.of());
    asked.put("filters", Map.of("driveSerial", Map.of("include", List.of("GOES_ON"))));
    asked.put("step", "1d");

    Map<String, Double> values =
        values(answer(asked, LocalDate.of(2025, 10, 6), LocalDate.of(2025, 10, 11)), List.of());

    // 24 rows a day of 3 errors each; on the 8th twelve of those, and then the counter begins anew
    // at 20 and goes on by 2.
    assertThat(new TreeMap<>(values).values())
        .containsExactly(72.0, 72.0, 36.0 + 20.0 + 22.0, 48.0, 48.0);
  }

  @TestFactory
  List<DynamicTest> randomQueries_equalSql() {
    Random random = new Random(SEED);
    List<Measure> measures =
        Catalogue.ENSTORE.measures().stream()
            .filter(measure -> TRUTH.all().containsKey(measure.id()))
            .toList();
    int each = Math.max(8, QUERIES / 4 / measures.size());
    return measures.stream()
        .map(
            measure ->
                DynamicTest.dynamicTest(
                    measure.id(),
                    () -> {
                      int compared = 0;
                      for (int i = 0; i < each; i++) {
                        compared += compare(measure, random);
                      }
                      assertThat(compared).as("values of %s", measure).isPositive();
                    }))
        .toList();
  }

  /** A list has what a panel of the same days shows. */
  @TestFactory
  List<DynamicTest> valuesOfEveryDimension_areListed() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Dataset dataset : Catalogue.ENSTORE.datasets()) {
      for (Dimension dimension : dataset.dimensions()) {
        tests.add(
            DynamicTest.dynamicTest(
                dataset + " " + dimension, () -> assertListed(dataset, dimension)));
      }
    }
    return tests;
  }

  private static void assertListed(Dataset dataset, Dimension dimension) {
    List<String> listed =
        engine.names(
            new NamesQuery(
                dataset,
                dimension,
                Optional.of(Duration.ofDays(30)),
                Optional.empty(),
                EnumSet.allOf(MoverClass.class),
                Map.of()),
            new Cancellation());
    Set<String> shown = new TreeSet<>();
    for (Series series :
        answer(
                Map.of(
                    "measure", dataset.measures().get(0).id(),
                    "groupBy", List.of(dimension.id()),
                    "source", "raw",
                    "gaps", "null",
                    "step", "1d"),
                TODAY.minusDays(20),
                TODAY)
            .table()
            .series()) {
      shown.add(Objects.requireNonNull(series.labels().get(dimension.id())));
    }
    shown.remove("");
    assertThat(listed).containsAll(shown);
  }

  private static boolean isOfTransfers(Measure measure) {
    return Catalogue.ENSTORE.datasetOf(measure) == Transfers.DATASET;
  }

  private static int compare(Measure measure, Random random) throws Exception {
    Dataset dataset = Catalogue.ENSTORE.datasetOf(measure);
    DatasetTruth.Truth truth = Objects.requireNonNull(TRUTH.all().get(measure.id()));
    List<String> groupBy = new ArrayList<>(new TreeSet<>(truth.dimensions().keySet()));
    groupBy.remove("direction");
    Collections.shuffle(groupBy, random);
    groupBy = groupBy.subList(0, random.nextInt(Math.min(3, groupBy.size() + 1)));
    boolean byDay = random.nextInt(3) > 0 || dataset.database() == Database.ENSTOREDB;
    // Hours around the change of the clock have two readings in SQL; days have one.
    LocalDate from =
        byDay
            ? TODAY.minusDays(
                1 + random.nextInt(dataset.database() == Database.ENSTOREDB ? 200 : 60))
            : TODAY.minusDays(1 + random.nextInt(10));
    LocalDate to = from.plusDays(1 + random.nextInt(byDay ? 20 : 3));
    to = to.isAfter(TODAY) ? TODAY : to;
    boolean split = dataset.defaults().split().isPresent();
    Map<String, Object> asked = new HashMap<>();
    asked.put("measure", measure.id());
    asked.put("groupBy", groupBy);
    asked.put("step", byDay ? "1d" : "1h");
    asked.put("unit", "bytes");
    asked.put("gaps", "null");
    SeriesAnswer answer = answer(asked, from, to);
    List<String> told = new ArrayList<>(groupBy);
    if (split) {
      told.add("direction");
    }
    Map<String, Double> expected =
        TRUTH.ask(
            Objects.requireNonNull(STANDBYS.get(dataset.database())),
            measure.id(),
            told,
            byDay ? "day" : "hour",
            from,
            to);
    Map<String, Double> actual = values(answer, told);
    if (measure.kind().isZeroWhenEmpty()) {
      expected.values().removeIf(value -> value == 0);
      actual.values().removeIf(value -> value == 0);
    }
    String what = measure.id() + " by " + told + " of " + from + " to " + to + " " + asked;
    assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
    double error = Math.max(truth.error(), 1e-9);
    expected.forEach(
        (key, value) ->
            assertThat(actual.get(key))
                .as(what + " at " + key)
                .isCloseTo(value, within(Math.abs(value) * error + 1e-9)));
    return expected.size();
  }

  private static SeriesAnswer answer(Map<String, Object> asked, LocalDate from, LocalDate to) {
    SeriesQuery query =
        QueryRules.finish(
            new KeyReader("", asked, QueryRules.KEYS),
            new QueryRules.Window(
                Optional.of(
                    new TimeRange(
                        from.atStartOfDay(CHICAGO).toInstant(),
                        to.atStartOfDay(CHICAGO).toInstant())),
                Duration.ofSeconds(1),
                1000));
    return engine.answer(query, Demand.USUAL, new Cancellation(), Room.UNBOUNDED);
  }

  private static Map<String, Double> values(SeriesAnswer answer, List<String> told) {
    Map<String, Double> values = new HashMap<>();
    for (Series series : answer.table().series()) {
      Numbers numbers = series.numbers();
      for (int i = 0; i < numbers.size(); i++) {
        if (!numbers.isMissing(i)) {
          String key =
              answer.table().buckets().start(i)
                  + told.stream()
                      .map(dimension -> "|" + series.labels().get(dimension))
                      .collect(Collectors.joining());
          values.put(
              key,
              numbers instanceof Numbers.Longs longs
                  ? (double) longs.at(i)
                  : ((Numbers.Doubles) numbers).at(i));
        }
      }
    }
    return values;
  }
}
