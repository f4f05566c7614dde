package org.enstore.accounting.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.enstore.accounting.frame.ArrowFile;
import org.enstore.accounting.frame.ArrowReadBack;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.SeenReplication;
import org.junit.jupiter.api.Test;

class ReplicationFramesTest {
  private static final Instant START = Instant.parse("2025-06-20T17:00:00Z");
  private static final TimeRange RANGE = new TimeRange(START, START.plusSeconds(60));

  private final SeenReplication replication = new SeenReplication(100, Duration.ofSeconds(10));

  @Test
  void history_hasSecondsAndBytesOfEachHost() {
    look(0, known("a:1", 2, 100), known("b:1", 0, 0));
    look(10, known("a:1", 4, 300), unknown("b:1"));

    ArrowReadBack read = read(history(ReplicationRequest.View.HISTORY));

    assertThat(read.fields())
        .extracting(ArrowReadBack.Field::name)
        .containsExactly("time", "lagSeconds", "lagSeconds", "lagBytes", "lagBytes");
    assertThat(read.fields().get(1).values()).isEqualTo(List.of(2.0, 4.0));
    assertThat(read.fields().get(2).values()).isEqualTo(Arrays.asList(0.0, null));
    assertThat(read.fields().get(3).values()).isEqualTo(List.of(100L, 300L));
    assertThat(read.fields().get(4).values()).isEqualTo(Arrays.asList(0L, null));
  }

  @Test
  void oneKindOfLag_tellsItsSeriesApartByLabels() {
    look(0, known("a:1", 2, 100), known("b:1", 0, 0));

    Frame seconds = history(ReplicationRequest.View.LAG_SECONDS);
    Frame bytes = history(ReplicationRequest.View.LAG_BYTES);

    assertThat(seconds.columns())
        .extracting(Column::name)
        .containsExactly("time", "lagSeconds", "lagSeconds");
    assertThat(bytes.columns())
        .extracting(Column::name)
        .containsExactly("time", "lagBytes", "lagBytes");
    assertThat(seconds.columns().stream().map(Column::labels)).doesNotHaveDuplicates();
  }

  @Test
  void fewPoints_haveTheLongestLagOfTheirLooks() {
    for (int i = 0; i < 6; i++) {
      look(10 * i, known("a:1", i == 3 ? 50 : 1, 1));
    }

    ArrowReadBack read =
        read(
            ReplicationFrames.history(
                "A",
                replication,
                RANGE,
                2,
                ReplicationRequest.View.LAG_SECONDS,
                Instant::toString));

    assertThat(read.fields().get(1).values()).contains(50.0).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void status_whatCannotBeSeenIsNull() {
    look(0, known("a:1", 2, 100), unknown("b:1"));

    ArrowReadBack read = read(ReplicationFrames.status("A", replication.last(), replication));

    assertThat(field(read, "host").values()).isEqualTo(List.of("a:1", "b:1"));
    assertThat(field(read, "lagSeconds").values()).isEqualTo(Arrays.asList(2.0, null));
    assertThat(field(read, "lagBytes").values()).isEqualTo(Arrays.asList(100L, null));
    assertThat(field(read, "lagReason").values()).isEqualTo(Arrays.asList(null, "it is cut off"));
    assertThat(field(read, "archiveState").values()).isEqualTo(Arrays.asList(null, null));
  }

  private Frame history(ReplicationRequest.View view) {
    return ReplicationFrames.history("A", replication, RANGE, 100, view, Instant::toString);
  }

  private static ArrowReadBack read(Frame frame) {
    return ArrowReadBack.of(ArrowFile.encode(frame));
  }

  private static ArrowReadBack.Field field(ArrowReadBack read, String name) {
    return read.fields().stream()
        .filter(field -> field.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static HostStatus known(String host, int seconds, long bytes) {
    return SeenReplication.standby(
        host, START, SeenReplication.lag(Duration.ofSeconds(seconds), bytes));
  }

  private static HostStatus unknown(String host) {
    return SeenReplication.standby(host, START, HostStatus.Lag.unknown("it is cut off"));
  }

  private void look(int seconds, HostStatus... seen) {
    replication.see(START.plusSeconds(seconds), seen);
  }
}
