package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.reflect.TypeToken;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.enstore.accounting.demo.QuirkFixture;
import org.enstore.accounting.demo.ReplicatedPair;
import org.enstore.accounting.demo.ReplicatedPair.Role;
import org.enstore.accounting.demo.TestPairs;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.postgres.StandbyTransferSource;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.QueryDataResponse;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.SeriesEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random queries through the plugin's services and the public API against a standby: every decoded
 * frame, and the public API's columns and Arrow file, must hold what {@link SqlTruth} says of the
 * same rows. The fixtures have every oddity that is known of real data.
 *
 * <p>It goes in rounds. In each, rows arrive on the primary, late ones among them, while queries
 * are asked whose answers nobody compares; then replay is paused, and queries are compared at that
 * one position. Between rounds the standby is stopped, in good order or not.
 *
 * <p>The property {@code random.queries} says how many queries are compared altogether.
 */
class RandomQueriesIT {
  private static final int QUERIES = Integer.getInteger("random.queries", 2_000);
  private static final int QUERIES_PER_ROUND = 250;
  private static final int QUERIES_PER_CALL = 5;
  private static final long SEED = 20_251_102;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Gson GSON = new Gson();

  @Test
  void bothEdges_equalSql_aroundChicagosClockChanges() throws Exception {
    try (Site site = new Site(QuirkFixture.chicago(), QuirkFixture.CHICAGO_NOW)) {
      site.ask(
          QUERIES * 6 / 10,
          new Random(SEED),
          List.of(
              "America/Chicago",
              "America/Chicago",
              "America/Havana",
              "UTC",
              "Europe/Madrid",
              "Australia/Lord_Howe",
              "America/St_Johns"));
    }
  }

  @Test
  void bothEdges_equalSql_aroundMoscowsLastShift() throws Exception {
    QuirkFixture fixture = QuirkFixture.moscow();
    try (Site site = new Site(fixture, fixture.lastDay().atTime(12, 0))) {
      site.ask(QUERIES * 3 / 10, new Random(SEED + 1), List.of("Europe/Moscow"));
    }
  }

  @Test
  void bothEdges_equalSql_aroundEveningsThatWereCutShort() throws Exception {
    QuirkFixture fixture = QuirkFixture.skippedEvenings();
    try (Site site = new Site(fixture, fixture.lastDay().atTime(12, 0))) {
      site.ask(QUERIES / 10, new Random(SEED + 2), List.of("America/Nuuk", "Asia/Pyongyang"));
    }
  }

  /** A pair with a fixture in it, the service in front of it, and SQL to compare with. */
  private static final class Site implements AutoCloseable {
    private final QuirkFixture fixture;
    private volatile LocalDateTime now;
    private final ReplicatedPair pair;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final InstanceRegistry registry;
    private final Server server;
    private final ManagedChannel channel;
    private final Map<ZoneId, SeriesEngine> engines = new ConcurrentHashMap<>();
    private final Map<ZoneId, EngineApi> apis = new HashMap<>();
    private long compared;
    private int asked;

    Site(QuirkFixture fixture, LocalDateTime start) throws Exception {
      this.fixture = fixture;
      this.now = start;
      this.pair = TestPairs.holding(fixture);
      registry =
          new InstanceRegistry(
              (id, settings) -> {
                InstantSource clock = clock(settings.siteTimeZone());
                SeriesEngine engine =
                    new SeriesEngine(
                        new StandbyTransferSource(settings, clock, id.toString(), "test"),
                        settings,
                        clock,
                        Executors.newFixedThreadPool(2));
                engines.put(settings.siteTimeZone(), engine);
                return engine;
              },
              System::nanoTime);
      String name = InProcessServerBuilder.generateName();
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(
                  new DataService(
                      registry,
                      new Workers((owner, work, unused) -> threads.execute(work), threads, timer),
                      AnswerMemory.ofHeap(1 << 30)))
              .build()
              .start();
      channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    void ask(int count, Random random, List<String> zones) throws Exception {
      int asked = 0;
      for (int round = 0; asked < count; round++) {
        if (round > 0 && round % 2 == 0) {
          if (round % 4 == 0) {
            pair.crashStandby();
          } else {
            pair.stopStandby();
          }
          pair.startStandby();
          pair.awaitStreaming(LIMIT);
        }
        now = now.plusMinutes(1);
        Random writing = new Random(random.nextLong());
        Future<?> writer =
            threads.submit(
                () -> {
                  for (int batch = 0; batch < 5; batch++) {
                    fixture.addLate(pair.owner(), writing, 4, now);
                    fixture.addImpossible(pair.owner(), writing, now);
                  }
                  return true;
                });
        for (int i = 0; i < 4; i++) {
          send(random, random(random, zones), false);
        }
        writer.get();
        pair.awaitReplay(LIMIT);
        pair.pauseReplay();
        try (Connection standby = pair.connectToStandby(Role.READER)) {
          int end = Math.min(count, asked + QUERIES_PER_ROUND);
          for (; asked < end; asked += QUERIES_PER_CALL) {
            compare("round " + round + " query " + asked, random, random(random, zones), standby);
          }
        } finally {
          pair.resumeReplay();
        }
      }
      assertThat(compared).as("values compared").isGreaterThan(20L * count);
    }

    private static ZoneId random(Random random, List<String> zones) {
      return ZoneId.of(zones.get(random.nextInt(zones.size())));
    }

    /** Questions of one call with their answers, by the names they had in it. */
    private record Answers(Map<String, RandomQuestion> asked, QueryDataResponse response) {}

    private Answers send(Random random, ZoneId zone, boolean fresh) {
      Map<String, RandomQuestion> asked = new TreeMap<>();
      QueryDataRequest.Builder request =
          QueryDataRequest.newBuilder().setPluginContext(context(zone));
      if (fresh) {
        request.putHeaders("http_X-Cache-Skip", "true");
      }
      for (int q = 0; q < QUERIES_PER_CALL; q++) {
        String refId = String.valueOf((char) ('A' + q));
        RandomQuestion query = RandomQuestion.random(random, zone, fixture, now);
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
      return new Answers(asked, DataGrpc.newBlockingStub(channel).queryData(request.build()));
    }

    private InstantSource clock(ZoneId zone) {
      return () -> now.atZone(zone).toInstant();
    }

    /** The public API over the engine that panels of this zone have opened. */
    private EngineApi api(ZoneId zone) throws IOException {
      EngineApi open = apis.get(zone);
      if (open == null) {
        open =
            new EngineApi(
                Objects.requireNonNull(engines.get(zone)),
                zone,
                (owner, work, unused) -> threads.execute(work),
                threads,
                clock(zone));
        apis.put(zone, open);
      }
      return open;
    }

    private void compare(String where, Random random, ZoneId zone, Connection standby)
        throws SQLException, IOException {
      Answers answers = send(random, zone, true);
      for (Map.Entry<String, RandomQuestion> entry : answers.asked().entrySet()) {
        RandomQuestion query = entry.getValue();
        String which = "seed " + SEED + " " + where + entry.getKey() + ": " + query;
        DataResponse response =
            answers
                .response()
                .getResponsesOrDefault(entry.getKey(), DataResponse.getDefaultInstance());
        assertThat(response.getError()).as(which).isEmpty();
        assertThat(response.getStatus()).as(which).isEqualTo(200);
        ArrowReadBack frame = ArrowReadBack.of(response.getFrames(0).toByteArray());
        Instant asOf = asOf(frame);
        if (!query.source().equals("summary")) {
          Instant lately = now.minusMinutes(5).atZone(query.zone()).toInstant();
          assertThat(asOf)
              .as(which)
              .isAfterOrEqualTo(query.to().isBefore(lately) ? query.to() : lately);
        }
        Map<String, Map<Long, SqlTruth.Expected>> expected =
            new SqlTruth(query, standby, now, asOf).table();
        compare(which, expected, shown(frame, query));
        compareApi(which, query, standby, frame, asOf, expected);
      }
    }

    private void compare(
        String which,
        Map<String, Map<Long, SqlTruth.Expected>> expected,
        Map<String, Map<Long, BigDecimal>> shown) {
      assertThat(shown.keySet()).as(which).isEqualTo(expected.keySet());
      expected.forEach(
          (labels, values) -> {
            Map<Long, BigDecimal> numbers = shown.getOrDefault(labels, Map.of());
            assertThat(numbers.keySet()).as("%s %s", which, labels).isEqualTo(values.keySet());
            values.forEach(
                (start, value) ->
                    assertThat(numbers.getOrDefault(start, BigDecimal.ZERO))
                        .as("%s %s at %s", which, labels, start)
                        .matches(value::admits, "is " + value));
            compared += values.size();
          });
    }

    /**
     * The same query to the public API: as columns, every third of them read anew, and as Arrow.
     */
    private void compareApi(
        String which,
        RandomQuestion query,
        Connection standby,
        ArrowReadBack frame,
        Instant asOf,
        Map<String, Map<Long, SqlTruth.Expected>> expected)
        throws SQLException, IOException {
      SeriesQuery message = query.message();
      EngineApi api = api(query.zone());
      ArrowReadBack file = ArrowReadBack.of(api.arrow(message));
      assertThat(shown(file, query)).as("Arrow, %s", which).isEqualTo(shown(frame, query));
      assertThat(asOf(file)).as("Arrow, %s", which).isEqualTo(asOf);
      EngineApi.Columns columns = api.columns(message, asked++ % 3 == 0);
      assertThat(columns.whole() || !isWhole(query)).as("exact integers, %s", which).isTrue();
      compare(
          "columns, " + which,
          columns.asOf().equals(asOf)
              ? expected
              : new SqlTruth(query, standby, now, columns.asOf()).table(),
          columns.values());
    }

    private static boolean isWhole(RandomQuestion asked) {
      return asked.measure().equals("transfers")
          || (List.of("bytes", "meanFileSize", "driveRateMax").contains(asked.measure())
              && asked.unit().equals("bytes"));
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

    /** The instant up to which the answer says that it is complete. */
    private static Instant asOf(ArrowReadBack frame) {
      JsonObject meta =
          JsonParser.parseString(frame.metadata().getOrDefault("meta", "{}")).getAsJsonObject();
      return Instant.parse(meta.getAsJsonObject("custom").get("asOf").getAsString());
    }

    /** The frame as a table: by label set and bucket start, missing values left out. */
    private static Map<String, Map<Long, BigDecimal>> shown(
        ArrowReadBack frame, RandomQuestion asked) {
      Map<String, Map<Long, BigDecimal>> table = new TreeMap<>();
      if (frame.fields().isEmpty()) {
        return table;
      }
      boolean whole = isWhole(asked);
      List<@Nullable Object> times = frame.fields().get(0).values();
      for (ArrowReadBack.Field field : frame.fields().subList(1, frame.fields().size())) {
        Map<Long, BigDecimal> values = new TreeMap<>();
        for (int row = 0; row < times.size(); row++) {
          Object value = field.values().get(row);
          long time = (Long) Objects.requireNonNull(times.get(row)) / 1_000_000_000L;
          if (value != null) {
            assertThat(value instanceof Long).as("exact integers in %s", asked).isEqualTo(whole);
            values.put(time, new BigDecimal(value.toString()));
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

    @Override
    public void close() {
      apis.values().forEach(EngineApi::close);
      channel.shutdownNow();
      server.shutdownNow();
      registry.close();
      threads.shutdownNow();
      timer.shutdownNow();
      pair.close();
    }
  }
}
