package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(30)
final class HostLogTest {
  private static final int HOST_LINE_BYTES = 64 * 1024;
  private static final String MODULE = "org.enstore.accounting.series.Engine";

  private final Logger root = Logger.getLogger("");
  private final Handler[] handlersBefore = root.getHandlers();
  private final Level levelBefore = root.getLevel();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void clearHandlers() {
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
  }

  @AfterEach
  void restoreHandlers() {
    clearHandlers();
    for (Handler handler : handlersBefore) {
      root.addHandler(handler);
    }
    root.setLevel(levelBefore);
    HostLogLine.LIBRARIES.forEach(library -> Logger.getLogger(library).setLevel(null));
  }

  @Test
  void line_everyKey_isAString() {
    LogRecord record = record(Level.INFO, "standby: switched from=a to=b");
    record.setInstant(Instant.parse("2026-11-23T03:04:05.000070999Z"));
    assertThat(text(record))
        .isEqualTo(
            "{\"@level\":\"info\",\"@message\":\"standby: switched from=a to=b\",\"@module\":\""
                + MODULE
                + "\",\"@timestamp\":\"2026-11-23T03:04:05.000070Z\"}\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-23T03:04:05Z",
        "2026-01-01T00:00:00.5Z",
        "1969-12-31T23:59:59.999999999Z"
      })
  void timestamp_always_hasSixFractionDigits(String instant) {
    LogRecord record = record(Level.INFO, "x");
    record.setInstant(Instant.parse(instant));
    String timestamp = json(text(record)).get("@timestamp").getAsString();
    assertThat(timestamp).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
    assertThat(Instant.from(DateTimeFormatter.ISO_INSTANT.parse(timestamp)))
        .isBetween(Instant.parse(instant).minusNanos(999), Instant.parse(instant));
  }

  @ParameterizedTest
  @CsvSource({
    "SEVERE, error",
    "WARNING, warn",
    "INFO, info",
    "CONFIG, debug",
    "FINE, debug",
    "FINER, trace",
    "FINEST, trace",
  })
  void level_ours_isToldAsItIs(String level, String told) {
    assertThat(json(text(record(Level.parse(level), "x"))).get("@level").getAsString())
        .isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({
    "io.grpc.netty.shaded.io.netty.util.Foo, SEVERE, error",
    "com.zaxxer.hikari.HikariDataSource, WARNING, warn",
    "com.zaxxer.hikari.HikariDataSource, INFO, debug",
    "org.jooq, FINE, trace",
    "org.jooqish, INFO, info",
    "sunset, INFO, info",
  })
  void level_librarysInfo_isADetail(String module, String level, String told) {
    LogRecord record = record(Level.parse(level), "x");
    record.setLoggerName(module);
    assertThat(json(text(record)).get("@level").getAsString()).isEqualTo(told);
  }

  @Test
  void message_anyCharacter_readsBackTheSame() {
    StringBuilder all = new StringBuilder("Zürich 磁带 ").appendCodePoint(0x1F4FC);
    for (char c = 0; c < 0x120; c++) {
      all.append(c);
    }
    String line = text(record(Level.INFO, all.toString()));
    assertThat(json(line).get("@message").getAsString()).isEqualTo(all.toString());
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
  }

  @Test
  void message_parameters_areFilledIn() {
    LogRecord record = record(Level.INFO, "pool {0} of {1}");
    record.setParameters(new Object[] {3, "a"});
    assertThat(json(text(record)).get("@message").getAsString()).isEqualTo("pool 3 of a");
  }

  @Test
  void message_none_isTheExceptionsOwn() {
    LogRecord record = new LogRecord(Level.WARNING, null);
    record.setThrown(new IllegalStateException("why"));
    JsonObject line = json(text(record));
    assertThat(line.get("@message").getAsString())
        .isEqualTo("java.lang.IllegalStateException: why");
    assertThat(line.get("@module").getAsString()).isEmpty();
  }

  @Test
  void exception_stackTrace_staysInTheLine() {
    LogRecord record = record(Level.SEVERE, "engine: broken");
    record.setThrown(new IllegalStateException("outer", new IOException("inner \"quoted\"")));
    String line = text(record);
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    assertThat(json(line).get("exception").getAsString())
        .startsWith("java.lang.IllegalStateException: outer\n\tat ")
        .contains("\nCaused by: java.io.IOException: inner \"quoted\"\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "磁", "\uD83D\uDCFC", "\"", "\u0001", "\uD83D"})
  void message_tooLong_isCutBelowTheHostsLine(String piece) {
    LogRecord record = record(Level.WARNING, piece.repeat(70 * 1024));
    record.setLoggerName("m".repeat(1000));
    record.setThrown(new IllegalStateException(piece.repeat(70 * 1024)));
    byte[] line = HostLogLine.of(record);
    assertThat(line.length).isLessThan(HOST_LINE_BYTES);
    JsonObject json = json(new String(line, StandardCharsets.UTF_8));
    String told = new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    String message = json.get("@message").getAsString();
    assertThat(message).startsWith(told.repeat(5000)).endsWith(" … (cut)");
    assertThat(message.substring(0, message.length() - " … (cut)".length()).replace(told, ""))
        .isEmpty();
    assertThat(json.get("exception").getAsString()).endsWith(" … (cut)");
    assertThat(json.get("@module").getAsString()).endsWith(" … (cut)");
  }

  @Test
  void install_slf4j_arrivesThroughJavaLogging() throws InterruptedException {
    HostLog log = HostLog.install(out, "trace");
    org.slf4j.Logger logger = LoggerFactory.getLogger(MODULE);
    logger.trace("one");
    logger.debug("two");
    logger.info("three");
    logger.warn("four n={}", 4);
    logger.error("five", new IOException("x"));
    log.flush();
    assertThat(lines())
        .extracting(
            line -> line.get("@level").getAsString() + " " + line.get("@message").getAsString())
        .containsExactly("trace one", "debug two", "info three", "warn four n=4", "error five");
    assertThat(lines()).extracting(line -> line.get("@module").getAsString()).containsOnly(MODULE);
  }

  @ParameterizedTest
  @CsvSource({
    "trace, trace debug info warn error, debug warn error",
    "debug, debug info warn error, debug warn error",
    "info, info warn error, warn error",
    "'', info warn error, warn error",
    "' INFO ', info warn error, warn error",
    "warn, warn error, warn error",
    "error, error, error",
  })
  void install_level_letsThrough(String level, String ours, String libraries) {
    HostLog log = HostLog.install(out, level);
    logAtEveryLevel(MODULE);
    log.flush();
    assertThat(levels()).isEqualTo(ours);
    out.reset();
    logAtEveryLevel("com.zaxxer.hikari.pool");
    log.flush();
    assertThat(levels()).isEqualTo(libraries);
  }

  @Test
  void install_unknownLevel_isInfoAndSaysSo() {
    HostLog log = HostLog.install(out, "loud");
    logAtEveryLevel(MODULE);
    log.flush();
    assertThat(levels()).isEqualTo("warn info warn error");
    assertThat(lines().get(0).get("@message").getAsString())
        .isEqualTo(
            "log level unknown, using info setting=GF_PLUGIN_LOG_LEVEL value=loud"
                + " permitted=trace|debug|info|warn|error");
  }

  @Test
  void install_otherHandlers_areReplaced() {
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    HostLog.install(first, "");
    HostLog log = HostLog.install(out, "");
    LoggerFactory.getLogger(MODULE).info("once");
    log.flush();
    assertThat(root.getHandlers()).containsExactly(log);
    assertThat(first.size()).isZero();
    assertThat(lines()).hasSize(1);
  }

  @Test
  void publish_hostThatDoesNotRead_neverBlocks() throws InterruptedException {
    CountDownLatch reads = new CountDownLatch(1);
    HostLog log =
        HostLog.to(
            new OutputStream() {
              @Override
              public void write(int b) {
                throw new AssertionError("lines are written as a whole");
              }

              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                  reads.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
                out.write(bytes, offset, length);
              }
            });
    int count = HostLog.WAITING_LINES + 100;
    for (int i = 0; i < count; i++) {
      log.publish(record(Level.INFO, "line " + i));
    }
    Instant before = Instant.now();
    log.close();
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
    reads.countDown();
    log.flush();
    List<JsonObject> lines = lines();
    List<Integer> dropped =
        lines.stream()
            .map(line -> line.get("@message").getAsString())
            .filter(message -> message.startsWith("log lines dropped count="))
            .map(message -> Integer.valueOf(message.substring("log lines dropped count=".length())))
            .toList();
    assertThat(dropped).hasSize(1);
    assertThat(lines).hasSize(count - dropped.get(0) + 1);
  }

  @Test
  void publish_brokenPipe_goesOn() {
    HostLog log =
        HostLog.to(
            new OutputStream() {
              private boolean broken = true;

              @Override
              public void write(int b) {
                out.write(b);
              }

              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                if (broken) {
                  broken = false;
                  throw new IOException("Broken pipe");
                }
                out.write(bytes, offset, length);
              }
            });
    log.publish(record(Level.INFO, "lost"));
    log.publish(record(Level.INFO, "kept"));
    log.flush();
    assertThat(lines())
        .extracting(line -> line.get("@message").getAsString())
        .containsExactly("kept");
  }

  @Test
  void publish_fromManyThreads_keepsLinesWhole() throws InterruptedException {
    HostLog log = HostLog.to(out);
    List<Thread> threads =
        IntStream.range(0, 4)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 50; i++) {
                            log.publish(record(Level.INFO, "thread " + t + " ".repeat(i * 20)));
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    log.flush();
    assertThat(lines()).hasSize(200);
  }

  private static void logAtEveryLevel(String name) {
    org.slf4j.Logger logger = LoggerFactory.getLogger(name);
    logger.trace("x");
    logger.debug("x");
    logger.info("x");
    logger.warn("x");
    logger.error("x");
  }

  private String levels() {
    return String.join(
        " ", lines().stream().map(line -> line.get("@level").getAsString()).toList());
  }

  private List<JsonObject> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().map(HostLogTest::json).toList();
  }

  private static LogRecord record(Level level, String message) {
    LogRecord record = new LogRecord(level, message);
    record.setLoggerName(MODULE);
    return record;
  }

  private static String text(LogRecord record) {
    return new String(HostLogLine.of(record), StandardCharsets.UTF_8);
  }

  private static JsonObject json(String line) {
    return JsonParser.parseString(line).getAsJsonObject();
  }
}
