package org.enstore.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.grafana.DataService;
import org.enstore.accounting.grafana.InstanceRegistry;
import org.enstore.accounting.grafana.Workers;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.proto.pluginv2.DataGrpc;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.DataResponse;
import org.enstore.accounting.proto.pluginv2.DataSourceInstanceSettings;
import org.enstore.accounting.proto.pluginv2.PluginContext;
import org.enstore.accounting.proto.pluginv2.QueryDataRequest;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.proto.v1.SeriesQuery;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.Questions;
import org.enstore.accounting.series.SeriesEngine;
import org.junit.jupiter.api.Test;

/**
 * A thousand random queries, each as a panel's JSON and as the public API's message: the same
 * series, numbers and refusals come out of both edges. That the numbers are SQL's is held
 * elsewhere.
 */
class EdgesAgreeTest {
  private static final int QUERIES = 1000;
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2025-06-20T17:00:00Z");
  private static final Gson GSON = new Gson();

  /** One query in two spellings. */
  private record Asked(
      Map<String, Object> json, SeriesQuery.Builder message, Instant from, Instant to) {
    static Asked random(Random random) {
      Instant from = NOW.minusSeconds(random.nextInt(12 * 86_400));
      Instant to = from.plusSeconds(1 + random.nextInt(5 * 86_400));
      Asked asked = new Asked(new HashMap<>(), SeriesQuery.newBuilder(), from, to);
      asked
          .message
          .setStartTime(Timestamp.newBuilder().setSeconds(from.getEpochSecond()))
          .setEndTime(Timestamp.newBuilder().setSeconds(to.getEpochSecond()))
          .setMaxPoints(60);
      asked.choose(random);
      return asked;
    }

    private void choose(Random random) {
      List<String> measures = List.of("bytes", "throughput", "transfers", "meanFileSize");
      String measure = measures.get(random.nextInt(measures.size()));
      json.put("measure", measure);
      message.setMeasure(measure);
      int direction = random.nextInt(5);
      if (direction > 0) {
        json.put("direction", List.of("read", "write", "both", "sum").get(direction - 1));
        message.setDirectionValue(direction);
      }
      int unit = random.nextInt(4);
      if (unit > 0) {
        json.put("unit", List.of("bytes", "MiB", "MB").get(unit - 1));
        message.setUnitValue(unit);
      }
      int gaps = random.nextInt(4);
      if (gaps > 0) {
        json.put("gaps", List.of("zero", "null", "notYet").get(gaps - 1));
        message.setGapsValue(gaps);
      }
      List<String> steps = List.of("auto", "5m", "1h", "90m", "1d", "1M", "soon");
      String step = steps.get(random.nextInt(steps.size()));
      json.put("step", step);
      message.setStep(step);
      if (random.nextBoolean()) {
        List<String> dimensions = List.of("mover", "storageGroup", "library");
        int chosen = random.nextInt(dimensions.size() + 1);
        List<String> groups = chosen == 0 ? List.of() : List.of(dimensions.get(chosen - 1));
        json.put("groupBy", groups);
        message.setGroupBy(SeriesQuery.GroupBy.newBuilder().addAllDimensions(groups));
      }
      if (random.nextInt(3) == 0) {
        String pattern = List.of("LTO", "1$", "(").get(random.nextInt(3));
        json.put("filters", Map.of("mover", Map.of("match", pattern)));
        message.putFilters("mover", SeriesQuery.Filter.newBuilder().setMatch(pattern).build());
      }
      int top = random.nextInt(4);
      json.put("top", top);
      message.setTop(top);
      boolean running = random.nextInt(4) == 0;
      json.put("runningTotal", running);
      message.setRunningTotal(running);
      if (random.nextInt(4) == 0) {
        json.put("compare", "previousPeriod");
        message.setCompare(SeriesQuery.Compare.COMPARE_PREVIOUS_PERIOD);
      }
    }
  }

  @Test
  void bothEdges_sayTheSame() throws Exception {
    Random random = new Random(20_261_123);
    int answered = 0;
    int refused = 0;
    try (Edges edges = new Edges()) {
      for (int i = 0; i < QUERIES; i++) {
        Asked asked = Asked.random(random);
        DataResponse panel = edges.panel(asked);
        if (!panel.getError().isEmpty()) {
          refused++;
          assertThat(edges.refusal(asked)).as("%s", asked.json).isEqualTo(panel.getError());
          continue;
        }
        answered++;
        ArrowReadBack frame = ArrowReadBack.of(panel.getFrames(0).toByteArray());
        ArrowReadBack file = ArrowReadBack.of(edges.arrow(asked));
        assertThat(columns(file)).as("%s", asked.json).isEqualTo(columns(frame));
      }
    }
    assertThat(answered).isGreaterThan(300);
    assertThat(refused).isGreaterThan(100);
  }

  /** Names, labels and values. */
  private static List<List<Object>> columns(ArrowReadBack frame) {
    List<List<Object>> columns = new ArrayList<>();
    for (ArrowReadBack.Field field : frame.fields()) {
      columns.add(
          List.of(
              field.name(),
              field.type(),
              String.valueOf(field.metadata().get("labels")),
              field.values().toString()));
    }
    return columns;
  }

  /** Both edges before one engine. */
  private static final class Edges implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Questions questions = (owner, work, unused) -> threads.execute(work);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final SeriesEngine engine;
    private final InstanceRegistry registry;
    private final Server panels;
    private final ManagedChannel panelChannel;
    private final EngineApi api;

    Edges() throws Exception {
      SourceSettings settings =
          SourceSettingsLoader.load(
              new RawSettings("memory", "", "", Map.of("siteTimeZone", CHICAGO.getId()), Map.of()));
      engine = new SeriesEngine(transfers(), settings, () -> NOW, Executors.newFixedThreadPool(2));
      registry = new InstanceRegistry((id, same) -> engine, System::nanoTime);
      String name = InProcessServerBuilder.generateName();
      panels =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(
                  new DataService(
                      registry,
                      new Workers(questions, threads, timer),
                      AnswerMemory.ofHeap(1 << 30)))
              .build()
              .start();
      panelChannel = InProcessChannelBuilder.forName(name).build();
      api = new EngineApi(engine, CHICAGO, questions, threads, InstantSource.fixed(NOW));
    }

    private static InMemoryTransferSource transfers() {
      InMemoryTransferSource source = new InMemoryTransferSource(CHICAGO, () -> NOW);
      Random random = new Random(1);
      for (int i = 0; i < 400; i++) {
        int mover = random.nextInt(6);
        source.add(
            new InMemoryTransferSource.Transfer(
                LocalDateTime.of(2025, 6, 8, 0, 0).plusMinutes(random.nextInt(12 * 1440)),
                (mover < 4 ? "LTO8_" : "disk_") + mover + ".mover",
                mover < 4 ? "FTTDriver" : "DiskDriver",
                random.nextBoolean() ? Direction.READ : Direction.WRITE,
                random.nextInt(1 << 30),
                random.nextBoolean() ? "cms" : "dune",
                "LTO8G" + random.nextInt(2),
                "LTO8",
                "TS4500"));
      }
      return source;
    }

    DataResponse panel(Asked asked) {
      DataQuery query =
          DataQuery.newBuilder()
              .setRefId("A")
              .setIntervalMS(1000)
              .setMaxDataPoints(60)
              .setTimeRange(
                  TimeRange.newBuilder()
                      .setFromEpochMS(asked.from.getEpochSecond() * 1000)
                      .setToEpochMS(asked.to.getEpochSecond() * 1000))
              .setJson(ByteString.copyFromUtf8(GSON.toJson(asked.json)))
              .build();
      PluginContext context =
          PluginContext.newBuilder()
              .setOrgId(1)
              .setDataSourceInstanceSettings(
                  DataSourceInstanceSettings.newBuilder().setUid("one").setUrl("memory"))
              .build();
      return DataGrpc.newBlockingStub(panelChannel)
          .queryData(
              QueryDataRequest.newBuilder().setPluginContext(context).addQueries(query).build())
          .getResponsesOrThrow("A");
    }

    byte[] arrow(Asked asked) {
      return api.arrow(asked.message.build());
    }

    String refusal(Asked asked) {
      try {
        return "answered in " + arrow(asked).length + " bytes";
      } catch (StatusRuntimeException e) {
        return String.valueOf(e.getStatus().getDescription());
      }
    }

    @Override
    public void close() {
      panelChannel.shutdownNow();
      panels.shutdownNow();
      api.close();
      registry.close();
      threads.shutdownNow();
      timer.shutdownNow();
    }
  }
}
