package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.postgres.StandbyTransferSource;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A thousand random queries, through the plugin's services, against a standby: every decoded frame
 * must hold what SQL says, written another way, of the same rows. The fixtures have every oddity
 * that is known of real data.
 */
class RandomQueriesIT {
  private static final int CHICAGO_QUERIES = 700;
  private static final int MOSCOW_QUERIES = 300;
  private static final int QUERIES_PER_CALL = 4;
  private static final long SEED = 20_251_102;

  private static final Gson GSON = new Gson();

  @Test
  void decodedFrames_equalSql_aroundChicagosClockChanges() throws Exception {
    try (Site site = new Site(QuirkFixture.chicago(), QuirkFixture.CHICAGO_NOW)) {
      site.ask(
          CHICAGO_QUERIES,
          new Random(SEED),
          List.of(
              "America/Chicago",
              "America/Chicago",
              "UTC",
              "Europe/Madrid",
              "Australia/Lord_Howe",
              "America/St_Johns"));
    }
  }

  @Test
  void decodedFrames_equalSql_aroundMoscowsLastShift() throws Exception {
    QuirkFixture fixture = QuirkFixture.moscow();
    try (Site site = new Site(fixture, fixture.lastDay().atTime(12, 0))) {
      site.ask(MOSCOW_QUERIES, new Random(SEED + 1), List.of("Europe/Moscow"));
    }
  }

  /** One query, as an analyst or an alert rule would send it. */
  private record Asked(
      ZoneId zone,
      Instant from,
      Instant to,
      Step step,
      String measure,
      String unit,
      String direction,
      String source,
      String gaps,
      boolean byMover,
      boolean nullMovers,
      List<String> movers,
      Optional<String> storageGroup,
      Optional<String> library) {

    static Asked random(Random random, ZoneId zone, QuirkFixture fixture) {
      List<QuirkFixture.Row> rows = fixture.rows();
      LocalDateTime near = rows.get(random.nextInt(rows.size())).wallClock();
      Instant from = near.minusMinutes(random.nextInt(4000)).atZone(zone).toInstant();
      List<Step> steps = List.of(Step.values());
      Step step = steps.get(random.nextInt(steps.size()));
      String source = pick(random, "auto", "auto", "raw", "raw", "summary");
      if (source.equals("summary") && !step.isCalendar()) {
        step = Step.DAY;
      }
      long seconds = step.nominal().toSeconds();
      long length =
          1 + (long) (random.nextDouble() * Math.min(60, 1 + 900_000_000 / seconds) * seconds);
      boolean lacking = !source.equals("summary") && random.nextInt(6) == 0;
      return new Asked(
          zone,
          from,
          from.plusSeconds(length),
          step,
          pick(random, "bytes", "throughput"),
          pick(random, "bytes", "MiB", "MB"),
          pick(random, "read", "write", "both", "sum"),
          source,
          pick(random, "zero", "null"),
          random.nextInt(3) > 0,
          random.nextInt(3) == 0,
          random.nextInt(3) > 0
              ? List.of()
              : rows.stream()
                  .skip(random.nextInt(rows.size()))
                  .limit(3)
                  .map(row -> spelling(random, row.mover()))
                  .distinct()
                  .toList(),
          lacking ? Optional.of("cms") : Optional.empty(),
          lacking && random.nextBoolean() ? Optional.of("CD-LTO8G1") : Optional.empty());
    }

    private static String pick(Random random, String... choices) {
      return choices[random.nextInt(choices.length)];
    }

    private static String spelling(Random random, String key) {
      return random.nextBoolean() ? key : key.replaceFirst("\\.mover$", "");
    }

    String json() {
      Map<String, Object> filters = new LinkedHashMap<>();
      if (!movers.isEmpty()) {
        filters.put("mover", Map.of("include", movers));
      }
      storageGroup.ifPresent(name -> filters.put("storageGroup", Map.of("include", List.of(name))));
      library.ifPresent(name -> filters.put("library", Map.of("include", List.of(name))));
      Map<String, Object> query = new LinkedHashMap<>();
      query.put("measure", measure);
      query.put("unit", unit);
      query.put("direction", direction);
      query.put("source", source);
      query.put("gaps", gaps);
      query.put("step", step.text());
      query.put("groupBy", byMover ? List.of("mover") : List.of());
      query.put("includeNullMovers", nullMovers);
      query.put("filters", filters);
      return GSON.toJson(query);
    }

    boolean isFiltered() {
      return storageGroup.isPresent() || library.isPresent();
    }
  }

  /** A pair with a fixture in it, the service in front of it, and SQL to compare with. */
  private static final class Site implements AutoCloseable {
    private final QuirkFixture fixture;
    private final LocalDateTime now;
    private final ReplicatedPair pair;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final InstanceRegistry registry;
    private final Server server;
    private final ManagedChannel channel;
    private final Connection connection;

    Site(QuirkFixture fixture, LocalDateTime now) throws Exception {
      this.fixture = fixture;
      this.now = now;
      this.pair =
          TestPairs.builder()
              .zone(fixture.zone())
              .preparation(
                  primary -> {
                    primary.createDatabase();
                    fixture.load(primary.owner());
                    primary.letReaderMonitor();
                  })
              .start();
      pair.awaitReplay(Duration.ofSeconds(60));
      registry =
          new InstanceRegistry(
              (id, settings) -> {
                InstantSource clock =
                    InstantSource.fixed(now.atZone(settings.siteTimeZone()).toInstant());
                return new SeriesEngine(
                    new StandbyTransferSource(settings, clock, id.toString(), "test"),
                    settings,
                    clock,
                    Executors.newFixedThreadPool(2));
              },
              System::nanoTime);
      String name = InProcessServerBuilder.generateName();
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(
                  new DataService(
                      registry,
                      new Workers((owner, work, unused) -> threads.execute(work), threads, timer)))
              .build()
              .start();
      channel = InProcessChannelBuilder.forName(name).directExecutor().build();
      connection = pair.connectToStandby(Role.READER);
    }

    void ask(int count, Random random, List<String> zones) throws SQLException {
      long compared = 0;
      for (int i = 0; i < count; i += QUERIES_PER_CALL) {
        ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
        Map<String, Asked> asked = new TreeMap<>();
        QueryDataRequest.Builder request =
            QueryDataRequest.newBuilder().setPluginContext(context(zone));
        for (int q = 0; q < QUERIES_PER_CALL; q++) {
          String refId = String.valueOf((char) ('A' + q));
          Asked query = Asked.random(random, zone, fixture);
          asked.put(refId, query);
          request.addQueries(
              DataQuery.newBuilder()
                  .setRefId(refId)
                  .setIntervalMS(1000)
                  .setMaxDataPoints(1000)
                  .setTimeRange(
                      TimeRange.newBuilder()
                          .setFromEpochMS(query.from().toEpochMilli())
                          .setToEpochMS(query.to().toEpochMilli()))
                  .setJson(ByteString.copyFromUtf8(query.json())));
        }
        Map<String, DataResponse> responses =
            DataGrpc.newBlockingStub(channel).queryData(request.build()).getResponsesMap();
        for (Map.Entry<String, Asked> entry : asked.entrySet()) {
          String which = "case " + i + entry.getKey() + ": " + entry.getValue();
          DataResponse response =
              responses.getOrDefault(entry.getKey(), DataResponse.getDefaultInstance());
          assertThat(response.getError()).as(which).isEmpty();
          assertThat(response.getStatus()).as(which).isEqualTo(200);
          Map<String, Map<Long, BigDecimal>> expected = expected(entry.getValue());
          assertThat(shown(ArrowReadBack.of(response.getFrames(0).toByteArray()), entry.getValue()))
              .as(which)
              .isEqualTo(expected);
          compared += expected.values().stream().mapToLong(Map::size).sum();
        }
      }
      assertThat(compared).as("values compared").isGreaterThan(20L * count);
    }

    private PluginContext context(ZoneId zone) {
      return PluginContext.newBuilder()
          .setOrgId(1)
          .setDataSourceInstanceSettings(
              DataSourceInstanceSettings.newBuilder()
                  .setUid(zone.getId())
                  .setName(zone.getId())
                  .setUrl("127.0.0.1:" + pair.standbyPort())
                  .setUser(Role.READER.user())
                  .setDatabase(ReplicatedPair.DATABASE)
                  .setJsonData(
                      ByteString.copyFromUtf8(
                          GSON.toJson(Map.of("siteTimeZone", zone.getId(), "poolSize", 2))))
                  .putDecryptedSecureJsonData("password", pair.password(Role.READER)))
          .build();
    }

    /** The frame as a table: by label set and bucket start, missing values left out. */
    private static Map<String, Map<Long, BigDecimal>> shown(ArrowReadBack frame, Asked asked) {
      Map<String, Map<Long, BigDecimal>> table = new TreeMap<>();
      if (frame.fields().isEmpty()) {
        return table;
      }
      List<@Nullable Object> times = frame.fields().get(0).values();
      for (ArrowReadBack.Field field : frame.fields().subList(1, frame.fields().size())) {
        Map<Long, BigDecimal> values = new TreeMap<>();
        for (int row = 0; row < times.size(); row++) {
          Object value = field.values().get(row);
          long time = (Long) java.util.Objects.requireNonNull(times.get(row)) / 1_000_000_000L;
          if (value != null) {
            assertThat(value instanceof Long)
                .as("exact integers only for bytes, in %s", asked)
                .isEqualTo(asked.measure().equals("bytes") && asked.unit().equals("bytes"));
            values.put(time, new BigDecimal(value.toString()).stripTrailingZeros());
          }
        }
        table.put(labels(field.metadata().getOrDefault("labels", "{}")), values);
      }
      return table;
    }

    private static String labels(String json) {
      return new TreeMap<>(
              GSON.<Map<String, String>>fromJson(json, new TypeToken<Map<String, String>>() {}))
          .toString();
    }

    /** What SQL says the frame must hold. */
    private Map<String, Map<Long, BigDecimal>> expected(Asked asked) throws SQLException {
      Map<String, Map<Long, BigDecimal>> table = new TreeMap<>();
      if (!asked.byMover()) {
        for (String direction : directions(asked)) {
          table.put(labels(asked, "", direction), new TreeMap<>());
        }
      }
      Truth truth = new Truth(asked, lastSummaryDay(), now);
      try (PreparedStatement statement = connection.prepareStatement(truth.sql());
          ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          table
              .computeIfAbsent(
                  labels(asked, rows.getString(2), rows.getString(3)), key -> new TreeMap<>())
              .put(rows.getLong(1), rows.getBigDecimal(4).stripTrailingZeros());
        }
      }
      if (asked.gaps().equals("zero")) {
        List<Long> starts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(truth.bucketsSql());
            ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            starts.add(rows.getLong(1));
          }
        }
        for (Map<Long, BigDecimal> values : table.values()) {
          starts.forEach(start -> values.putIfAbsent(start, BigDecimal.ZERO));
        }
      }
      return table;
    }

    private static List<String> directions(Asked asked) {
      return switch (asked.direction()) {
        case "both" -> List.of("read", "write");
        case "sum" -> List.of("");
        default -> List.of(asked.direction());
      };
    }

    private static String labels(Asked asked, String mover, String direction) {
      Map<String, String> labels = new TreeMap<>();
      if (asked.byMover()) {
        labels.put("mover", mover);
      }
      if (!asked.direction().equals("sum")) {
        labels.put("direction", direction);
      }
      return labels.toString();
    }

    private LocalDate lastSummaryDay() throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT max(date) FROM xfer_by_day_by_mover")) {
        row.next();
        LocalDate last = row.getObject(1, LocalDate.class);
        LocalDate yesterday = now.toLocalDate().minusDays(1);
        return last.isBefore(yesterday) ? last : yesterday;
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
      channel.shutdownNow();
      server.shutdownNow();
      registry.close();
      threads.shutdownNow();
      timer.shutdownNow();
      pair.close();
    }
  }

  /** The same question in SQL, by PostgreSQL's own reading of clocks and calendars. */
  private static final class Truth {
    private final Asked asked;
    private final LocalDate lastSummaryDay;
    private final LocalDateTime now;

    Truth(Asked asked, LocalDate lastSummaryDay, LocalDateTime now) {
      this.asked = asked;
      this.lastSummaryDay = lastSummaryDay;
      this.now = now;
    }

    String sql() {
      String grouped = asked.byMover() ? "name" : "''";
      String direction = asked.direction().equals("sum") ? "''" : "direction";
      return """
      WITH items AS (%s),
      placed AS (
        SELECT %s AS starts, %s AS ends, name, direction, size
        FROM items, LATERAL (SELECT happened AT TIME ZONE '%s' AS local) AS wall
        WHERE TRUE %s)
      SELECT extract(epoch FROM starts)::bigint, %s, %s, %s
      FROM placed
      WHERE ends > to_timestamp(%d / 1000.0) AND starts < to_timestamp(%d / 1000.0)
      GROUP BY 1, 2, 3, starts, ends
      """
          .formatted(
              items(),
              starts("happened", "local"),
              ends("happened", "local"),
              asked.zone(),
              conditions(),
              grouped,
              direction,
              value(),
              asked.from().toEpochMilli(),
              asked.to().toEpochMilli());
    }

    /**
     * Every bucket of the range, found by trying moments closer than the shortest bucket is long.
     */
    String bucketsSql() {
      long stride =
          asked.step().isCalendar()
              ? 6 * 3600
              : Math.max(60, Math.min(asked.step().nominal().toSeconds() / 2, 900));
      return """
      SELECT DISTINCT extract(epoch FROM %s)::bigint
      FROM (SELECT to_timestamp(least(second, %d / 1000.0 - 0.001)) AS happened
            FROM generate_series(%d / 1000.0, %d / 1000.0 + %d, %d) AS second) AS probe,
           LATERAL (SELECT happened AT TIME ZONE '%s' AS local) AS wall
      """
          .formatted(
              starts("happened", "local"),
              asked.to().toEpochMilli(),
              asked.from().toEpochMilli(),
              asked.to().toEpochMilli(),
              stride,
              stride,
              asked.zone());
    }

    private boolean trimmed() {
      return asked.source().equals("summary")
          || (asked.source().equals("auto") && asked.step().isCalendar() && !asked.isFiltered());
    }

    private String items() {
      String zone = asked.zone().getId();
      String raw =
          """
          SELECT date AT TIME ZONE '%s' AS happened, %s AS name, %s AS to_nothing,
                 CASE rw WHEN 'r' THEN 'read' ELSE 'write' END AS direction, size::numeric,
                 storage_group, library
          FROM encp_xfer
          WHERE date < '%s'
          """
              .formatted(
                  zone,
                  trimmed() ? "rtrim(mover, '.mover')" : "regexp_replace(mover, '\\.mover$', '')",
                  trimmed() ? "rtrim(mover, '.mover') ILIKE '%null%'" : "driver = 'NullDriver'",
                  now.toLocalDate().plusDays(367));
      if (!trimmed()) {
        return raw;
      }
      String summary =
          Arrays.stream(new String[] {"read", "write"})
              .map(
                  column ->
                      """
                      SELECT date::timestamp AT TIME ZONE '%s' AS happened, mover AS name,
                             mover ILIKE '%%null%%' AS to_nothing, '%s' AS direction,
                             "%s"::numeric AS size, '' AS storage_group, '' AS library
                      FROM xfer_by_day_by_mover WHERE date <= '%s' AND "%s" > 0
                      """
                          .formatted(zone, column, column, lastSummaryDay, column))
              .collect(Collectors.joining(" UNION ALL "));
      return asked.source().equals("summary")
          ? summary
          : summary + " UNION ALL " + raw + " AND date::date > '" + lastSummaryDay + "'";
    }

    private String conditions() {
      List<String> conditions = new ArrayList<>();
      if (!asked.nullMovers()) {
        conditions.add("NOT to_nothing");
      }
      if (!asked.direction().equals("both") && !asked.direction().equals("sum")) {
        conditions.add("direction = '" + asked.direction() + "'");
      }
      if (!asked.movers().isEmpty()) {
        conditions.add(
            asked.movers().stream()
                .map(
                    mover ->
                        trimmed()
                            ? "rtrim('" + mover + "', '.mover')"
                            : "regexp_replace('" + mover + "', '\\.mover$', '')")
                .collect(Collectors.joining(", ", "name IN (", ")")));
      }
      asked.storageGroup().ifPresent(name -> conditions.add("storage_group = '" + name + "'"));
      asked.library().ifPresent(name -> conditions.add("library = '" + name + "'"));
      return conditions.stream()
          .map(condition -> " AND " + condition)
          .collect(Collectors.joining());
    }

    private String value() {
      String sum = "sum(size)";
      String unit =
          switch (asked.unit()) {
            case "bytes" -> "1";
            case "MiB" -> "1048576";
            default -> "1000000";
          };
      int digits = asked.unit().equals("bytes") ? 0 : 3;
      if (asked.measure().equals("bytes")) {
        return "round(" + sum + " / " + unit + ", " + digits + ")";
      }
      String complete =
          asked.source().equals("summary")
              ? "('"
                  + lastSummaryDay.plusDays(1)
                  + "'::timestamp AT TIME ZONE '"
                  + asked.zone()
                  + "')"
              : "('" + now + "'::timestamp AT TIME ZONE '" + asked.zone() + "')";
      String seconds =
          "extract(epoch FROM CASE WHEN starts >= %1$s THEN ends ELSE least(ends, %1$s) END - starts)::numeric"
              .formatted(complete);
      return "round(" + sum + " / (" + seconds + " * " + unit + "), " + digits + ")";
    }

    private String starts(String happened, String local) {
      String zone = asked.zone().getId();
      if (asked.step().isCalendar()) {
        return "date_trunc('" + period() + "', " + local + ") AT TIME ZONE '" + zone + "'";
      }
      String day = "(date_trunc('day', " + local + ") AT TIME ZONE '" + zone + "')";
      long step = asked.step().nominal().toSeconds();
      // A long day's odd rest belongs to its last bucket.
      return """
      (%1$s + least(floor(extract(epoch FROM %2$s - %1$s) / %3$d),
         CASE WHEN %4$s > 86400 THEN floor(%4$s / %3$d) - 1 ELSE 1440 END)
         * interval '%3$d seconds')\
      """
          .formatted(day, happened, step, dayLength(local));
    }

    private String ends(String happened, String local) {
      String zone = asked.zone().getId();
      if (asked.step().isCalendar()) {
        String interval = asked.step() == Step.QUARTER ? "3 months" : "1 " + period();
        return "(date_trunc('%s', %s) + interval '%s') AT TIME ZONE '%s'"
            .formatted(period(), local, interval, zone);
      }
      String nextDay =
          "((date_trunc('day', %s) + interval '1 day') AT TIME ZONE '%s')".formatted(local, zone);
      long step = asked.step().nominal().toSeconds();
      return """
      CASE WHEN %1$s > 86400 AND %2$s + interval '%3$d seconds' > %4$s
           THEN %4$s ELSE least(%2$s + interval '%5$d seconds', %4$s) END\
      """
          .formatted(dayLength(local), starts(happened, local), 2 * step, nextDay, step);
    }

    private String dayLength(String local) {
      return "extract(epoch FROM (date_trunc('day', %1$s) + interval '1 day') AT TIME ZONE '%2$s' - date_trunc('day', %1$s) AT TIME ZONE '%2$s')"
          .formatted(local, asked.zone().getId());
    }

    private String period() {
      return switch (asked.step()) {
        case WEEK -> "week";
        case MONTH -> "month";
        case QUARTER -> "quarter";
        case YEAR -> "year";
        default -> "day";
      };
    }
  }
}
