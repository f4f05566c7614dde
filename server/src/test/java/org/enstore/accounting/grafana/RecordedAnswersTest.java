package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.config.SourceSettingsLoader;
import org.enstore.accounting.config.SourceSettingsLoader.RawSettings;
import org.enstore.accounting.measure.Direction;
import org.enstore.accounting.proto.pluginv2.DataQuery;
import org.enstore.accounting.proto.pluginv2.TimeRange;
import org.enstore.accounting.series.AnswerMemory;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.InMemoryTransferSource;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.TransferRates;
import org.junit.jupiter.api.Test;

/**
 * Queries of saved dashboards are answered by the same frames, to the byte, or refused in the same
 * words, whatever becomes of the program. The record holds a digest of each answer; where one
 * changes on purpose, {@code -Dframes.regenerate=true} writes the record anew, and its difference
 * is to be reviewed.
 */
class RecordedAnswersTest {
  private static final Path RECORD = Path.of("src/test/resources/recorded-answers.txt");
  private static final int QUERIES = 400;
  private static final Instant NOW = MemoryEngines.NOW;
  private static final Gson GSON = new Gson();

  @Test
  void savedQueries_areAnsweredByTheSameFrames() throws Exception {
    List<String> answers = new ArrayList<>();
    Random random = new Random(20_261_201);
    SourceSettings settings =
        SourceSettingsLoader.load(
            new RawSettings(
                "memory", "", "", Map.of("siteTimeZone", MemoryEngines.CHICAGO.getId()), Map.of()));
    // One thread, so that sums of doubles are taken in the same order each time.
    try (SeriesEngine engine =
        new SeriesEngine(
            source(random), settings, () -> NOW, Executors.newSingleThreadExecutor())) {
      for (int i = 0; i < QUERIES; i++) {
        DataQuery query = query(random);
        answers.add(
            String.format(
                Locale.ROOT,
                "%03d %s %s",
                i,
                digest(query.getJson().toByteArray()),
                answer(engine, query)));
      }
    }
    if (Boolean.getBoolean("frames.regenerate")) {
      Files.write(RECORD, answers);
    }
    assertThat(answers).isEqualTo(Files.readAllLines(RECORD));
  }

  private static String answer(SeriesEngine engine, DataQuery query) throws Exception {
    try {
      Question.OfSeries question = (Question.OfSeries) QuestionJson.read(query);
      AnswerMemory.Share share = AnswerMemory.ofHeap(1L << 30).open(new Cancellation());
      SeriesAnswer answer =
          engine.answer(question.query(), Demand.USUAL, new Cancellation(), share);
      return digest(
          org.enstore.accounting.frame.ArrowFile.encode(
              AnswerFrames.series("A", answer, question.legend())));
    } catch (QueryFailure failure) {
      return "refused " + digest(failure.sentence().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String digest(byte[] bytes) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
        .substring(0, 12);
  }

  private static InMemoryTransferSource source(Random random) {
    InMemoryTransferSource source = new InMemoryTransferSource(MemoryEngines.CHICAGO, () -> NOW);
    LocalDateTime first = LocalDateTime.of(2025, 5, 1, 0, 0);
    List<String> movers =
        List.of(
            "LTO8_10.mover",
            "LTO8_9.mover",
            "TFF2-LTO9F1_01.mover",
            "disk_1.mover",
            "null_1.mover",
            "LTO8_9MV.mover");
    for (int i = 0; i < 4000; i++) {
      String mover = pick(random, movers);
      long size =
          random.nextInt(4) == 0 ? random.nextInt(5000) : (long) (random.nextDouble() * (1L << 33));
      source.add(
          new InMemoryTransferSource.Transfer(
              first.plusSeconds(random.nextInt(50 * 86_400 + 40_000)),
              mover,
              mover.startsWith("disk")
                  ? "DiskDriver"
                  : mover.startsWith("null") ? "NullDriver" : "FTTDriver",
              random.nextBoolean() ? Direction.READ : Direction.WRITE,
              size,
              pick(random, List.of("cms", "minos", "")),
              pick(random, List.of("CD-LTO8G1", "CD-LTO9F1", "")),
              pick(random, List.of("ULT3580-TD8", "ULT3580-TD9")),
              "TS4500G1.media_changer",
              new TransferRates(
                  random.nextInt(300_000_000),
                  (long) random.nextInt(300_000_000),
                  (long) random.nextInt(300_000_000),
                  (long) random.nextInt(200_000_000),
                  (long) random.nextInt(200_000_000))));
    }
    for (LocalDate day = LocalDate.of(2025, 4, 1);
        day.isBefore(LocalDate.of(2025, 6, 18));
        day = day.plusDays(1)) {
      for (String mover : List.of("LTO8_10", "LTO8_9", "TFF2-LTO9F1_01", "disk_1", "null_1")) {
        source.add(
            new InMemoryTransferSource.SummaryRow(
                day,
                mover,
                (long) (random.nextDouble() * (1L << 40)),
                random.nextInt(3) * (1L << 38)));
      }
    }
    return source;
  }

  private static DataQuery query(Random random) {
    List<String> dimensions =
        List.of("mover", "moverClass", "storageGroup", "library", "driveType", "mediaChanger");
    Map<String, Object> query = new LinkedHashMap<>();
    query.put(
        "measure",
        pick(
            random,
            List.of(
                "bytes",
                "bytes",
                "bytes",
                "throughput",
                "throughput",
                "transfers",
                "meanFileSize",
                "driveRate",
                "networkRate",
                "diskRate",
                "transferRate",
                "overallRate",
                "driveRateP50",
                "driveRateP95",
                "driveRateMax",
                "byte")));
    put(random, query, "unit", List.of("bytes", "MiB", "MB"));
    put(random, query, "direction", List.of("read", "write", "both", "sum"));
    put(random, query, "source", List.of("auto", "auto", "raw", "summary"));
    put(random, query, "gaps", List.of("zero", "null", "notYet"));
    put(random, query, "step", List.of("auto", "5m", "1h", "90m", "1d", "1d", "1w", "1M"));
    put(
        random,
        query,
        "groupBy",
        List.of(
            List.of(),
            List.of("mover"),
            List.of("mover"),
            List.of("moverClass"),
            List.of("storageGroup", "mover"),
            List.of("library"),
            List.of("driveType"),
            List.of("mediaChanger")));
    put(random, query, "top", List.of(0, 0, 0, 1, 2, 3));
    put(random, query, "compare", List.of("none", "none", "previousPeriod"));
    put(random, query, "runningTotal", List.of(false, false, true));
    put(random, query, "includeNullMovers", List.of(false, true));
    put(random, query, "legend", List.of("", "{{mover}} {{direction}}"));
    if (random.nextInt(3) == 0) {
      query.put(
          "filters",
          Map.of(
              pick(random, dimensions),
              pick(
                  random,
                  List.of(
                      Map.of("include", List.of("LTO8_9", "LTO8_9MV.mover", "nobody")),
                      Map.of("include", List.of("TFF2-LTO9F1_01.mover")),
                      Map.of("include", List.of("tape", "null")),
                      Map.of("exclude", List.of("disk", "cms", "LTO8_10")),
                      Map.of("match", "LTO|c"),
                      Map.of("noMatch", "^$"),
                      Map.of("match", "(")))));
    }
    Instant from = NOW.minus(Duration.ofMinutes(random.nextInt(70 * 1440)));
    return DataQuery.newBuilder()
        .setRefId("A")
        .setIntervalMS(1000)
        .setMaxDataPoints(50 + random.nextInt(200))
        .setTimeRange(
            TimeRange.newBuilder()
                .setFromEpochMS(from.toEpochMilli())
                .setToEpochMS(from.plusSeconds(1 + random.nextInt(9 * 86_400)).toEpochMilli()))
        .setJson(ByteString.copyFromUtf8(GSON.toJson(query)))
        .build();
  }

  private static void put(Random random, Map<String, Object> query, String key, List<?> values) {
    if (random.nextInt(4) > 0) {
      query.put(key, pick(random, values));
    }
  }

  private static <T> T pick(Random random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
