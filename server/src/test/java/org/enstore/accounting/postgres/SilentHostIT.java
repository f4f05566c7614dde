package org.enstore.accounting.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.enstore.accounting.postgres.Asking.assertSaid;
import static org.enstore.accounting.postgres.Asking.failure;
import static org.enstore.accounting.postgres.Asking.read;
import static org.enstore.accounting.postgres.Asking.source;
import static org.enstore.accounting.postgres.OtherSettings.allowingPrimary;
import static org.enstore.accounting.postgres.OtherSettings.withHosts;
import static org.enstore.accounting.postgres.OtherSettings.withTimeouts;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.config.SourceSettings;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.Arrangement;
import org.enstore.accounting.series.Cancellation;
import org.enstore.accounting.series.Demand;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.GapPolicy;
import org.enstore.accounting.series.Notice;
import org.enstore.accounting.series.QueryFailure;
import org.enstore.accounting.series.Room;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesEngine;
import org.enstore.accounting.series.SeriesQuery;
import org.enstore.accounting.series.SourceChoice;
import org.enstore.accounting.series.TransferRow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A standby that takes questions and answers none: its processes are stopped, or packets get lost.
 */
@Timeout(120)
final class SilentHostIT {
  private static final String DATABASE = "silent";
  private static final Duration RECOVERY = Duration.ofSeconds(5);

  /** How long an answer from the cache may take, on a machine that does other work as well. */
  private static final Duration AT_ONCE = Duration.ofMillis(500);

  private static SharedPair pair;

  @BeforeAll
  static void fill() throws Exception {
    pair = SharedPair.get();
    pair.createOfOneTransfer(DATABASE);
    // What is loaded on first use is not part of what is measured.
    try (StandbyTransferSource source = source(pair.settings(DATABASE, ZoneId.of("UTC")))) {
      assertThat(read(source)).isEqualTo(7);
    }
  }

  @Test
  void question_goesToTheNextHostWithinTwoSeconds() throws Exception {
    SourceSettings settings =
        allowingPrimary(
            withHosts(
                pair.settings(DATABASE, ZoneId.of("UTC")),
                pair.standbyAddress(),
                pair.primaryAddress()));
    try (StandbyTransferSource source = source(settings)) {
      assertThat(read(source)).isEqualTo(7);
      try (StoppedStandby standby = new StoppedStandby()) {
        standby.stop();
        Instant start = Instant.now();
        assertThat(read(source)).isEqualTo(7);
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(2));
        start = Instant.now();
        assertThat(read(source)).isEqualTo(7);
        assertThat(Duration.between(start, Instant.now())).isLessThan(AT_ONCE);
      }
    }
  }

  @Test
  void firstQuestionEver_goesToTheNextHostWithinTwoSeconds() throws Exception {
    SourceSettings settings = pair.settings(DATABASE, ZoneId.of("UTC"));
    try (Stall stall = new Stall(pair.standbyAddress());
        StandbyTransferSource source =
            source(withHosts(settings, stall.address(), pair.standbyAddress()))) {
      stall.stall(true);
      Instant start = Instant.now();
      assertThat(read(source)).isEqualTo(7);
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void question_withoutAnotherHost_isToldTheTruth_andAnsweredSoonAfter() throws Exception {
    SourceSettings settings =
        withTimeouts(
            pair.settings(DATABASE, ZoneId.of("UTC")),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30));
    try (StandbyTransferSource source = source(settings)) {
      assertThat(read(source)).isEqualTo(7);
      try (StoppedStandby standby = new StoppedStandby()) {
        standby.stop();
        Instant start = Instant.now();
        QueryFailure failure = failure(source);
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(4));
        assertSaid(
            failure,
            FailureKind.STANDBY_UNAVAILABLE,
            pair.standbyAddress() + " has not answered since 20");
        assertThat(failure.sentence()).doesNotContain("poolSize");

        start = Instant.now();
        assertThat(failure(source).sentence()).contains("has not answered since");
        assertThat(Duration.between(start, Instant.now())).isLessThan(AT_ONCE);
      }
      awaitAnswer(source);
    }
  }

  @Test
  void packetsThatGetLost_areSilenceToo() throws Exception {
    SourceSettings settings =
        withTimeouts(
            pair.settings(DATABASE, ZoneId.of("UTC")),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30));
    try (Stall stall = new Stall(pair.standbyAddress());
        StandbyTransferSource source = source(withHosts(settings, stall.address()))) {
      assertThat(read(source)).isEqualTo(7);
      stall.stall(true);
      assertSaid(
          failure(source),
          FailureKind.STANDBY_UNAVAILABLE,
          stall.address() + " has not answered since");
      stall.stall(false);
      awaitAnswer(source);
    }
  }

  @Test
  void cache_answersAtOnce_withANotice_howeverLongTheSilenceLasts() throws Exception {
    LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
    String database = "silent_cache";
    pair.createDatabase(database);
    pair.store(database, List.of(TransferRow.of(now.toString(), "r", 7, "A.mover")), List.of());
    SourceSettings settings = refreshedEachSecond(pair.settings(database, ZoneId.of("UTC")));
    try (SeriesEngine engine =
        new SeriesEngine(
            source(settings), settings, InstantSource.system(), Executors.newFixedThreadPool(4))) {
      SeriesQuery query = lastTwoDays();
      assertThat(notices(ask(engine, query))).noneMatch(text -> text.contains("answered"));
      List<Duration> took = new ArrayList<>();
      try (StoppedStandby standby = new StoppedStandby()) {
        standby.stop();
        Instant end = Instant.now().plusSeconds(12);
        // Numbers of less than a second ago need no notice.
        Thread.sleep(1500);
        while (Instant.now().isBefore(end)) {
          Instant start = Instant.now();
          SeriesAnswer answer = ask(engine, query);
          took.add(Duration.between(start, Instant.now()));
          assertThat(notices(answer))
              .anyMatch(
                  text -> text.contains(pair.standbyAddress() + " has not answered since 20"));
          Thread.sleep(300);
        }
      }
      assertThat(took).allSatisfy(each -> assertThat(each).isLessThan(AT_ONCE));
      Instant end = Instant.now().plus(RECOVERY);
      while (notices(ask(engine, query)).stream().anyMatch(text -> text.contains("answered"))) {
        assertThat(Instant.now()).isBefore(end);
        Thread.sleep(100);
      }
    }
  }

  // ---- helpers --------------------------------------------------------------------------------

  private static void awaitAnswer(StandbyTransferSource source) throws InterruptedException {
    Instant end = Instant.now().plus(RECOVERY);
    while (true) {
      try {
        assertThat(read(source)).isEqualTo(7);
        return;
      } catch (QueryFailure e) {
        assertThat(Instant.now()).as(e.sentence()).isBefore(end);
        Thread.sleep(50);
      }
    }
  }

  private static SeriesAnswer ask(SeriesEngine engine, SeriesQuery query) {
    return engine.answer(query, Demand.USUAL, new Cancellation(), Room.UNBOUNDED);
  }

  private static List<String> notices(SeriesAnswer answer) {
    return answer.notices().stream().map(Notice::text).toList();
  }

  private static SeriesQuery lastTwoDays() {
    Instant now = Instant.now();
    return new SeriesQuery(
        Transfers.DATASET,
        Transfers.BYTES,
        new TimeRange(now.minus(Duration.ofDays(2)), now.plusSeconds(60)),
        Optional.of(Duration.ofHours(1)),
        Duration.ofMinutes(1),
        100,
        List.of(),
        List.of(),
        Map.of(),
        false,
        ByteUnit.BYTES,
        GapPolicy.ZERO,
        SourceChoice.RAW,
        Arrangement.PLAIN);
  }

  private static SourceSettings refreshedEachSecond(SourceSettings settings) {
    SourceSettings.Freshness usual = settings.freshness();
    return new SourceSettings(
        settings.hosts(),
        settings.database(),
        settings.user(),
        settings.password(),
        settings.tls(),
        settings.siteTimeZone(),
        true,
        false,
        settings.connections(),
        new SourceSettings.Freshness(
            usual.lookBackDays(),
            Duration.ofSeconds(1),
            usual.recentRefresh(),
            usual.lagWarning(),
            usual.summaryWarningDays()),
        settings.limits());
  }

  /** The standby's processes, which go on when this is closed. */
  private static final class StoppedStandby implements AutoCloseable {
    private final List<ProcessHandle> processes;

    StoppedStandby() throws Exception {
      long startup =
          Long.parseLong(
              pair.onStandby(
                  "postgres", "SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'"));
      ProcessHandle postmaster =
          ProcessHandle.of(startup).flatMap(ProcessHandle::parent).orElseThrow();
      assertThat(postmaster.info().command().orElse("")).contains("postgres");
      processes = Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    }

    void stop() throws IOException {
      signal("STOP");
    }

    private void signal(String name) throws IOException {
      List<String> command = new ArrayList<>(List.of("kill", "-" + name));
      processes.forEach(process -> command.add(Long.toString(process.pid())));
      try {
        // Some of them may have ended since.
        new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws IOException {
      signal("CONT");
    }
  }
}
