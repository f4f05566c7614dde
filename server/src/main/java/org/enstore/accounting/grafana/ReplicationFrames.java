package org.enstore.accounting.grafana;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import org.enstore.accounting.frame.Column;
import org.enstore.accounting.frame.FieldConfig;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameMeta;
import org.enstore.accounting.frame.FrameNotice;
import org.enstore.accounting.frame.FrameType;
import org.enstore.accounting.grafana.ReplicationRequest.View;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.LagHistory;
import org.enstore.accounting.series.Replication;
import org.enstore.accounting.series.WalPosition;
import org.jspecify.annotations.Nullable;

/** Turns what is known of replication into frames. What is unknown is null, never zero. */
final class ReplicationFrames {
  private static final FieldConfig BYTES = FieldConfig.builder().unit("bytes").build();
  private static final FieldConfig SECONDS = FieldConfig.builder().unit("s").build();

  private ReplicationFrames() {}

  /** One row for each host. */
  static Frame status(String refId, List<HostStatus> hosts, Replication replication) {
    Frame.Builder frame =
        Frame.answering(refId)
            .name("replication")
            .meta(
                FrameMeta.of(FrameType.TABLE)
                    .visualisation(FrameMeta.Visualisation.TABLE)
                    .notices(failures(hosts))
                    .custom(custom(replication))
                    .build())
            .column(
                Column.times(
                    "observedAt",
                    hosts.stream().mapToLong(host -> nanos(host.observedAt())).toArray()))
            .column(texts("host", hosts, host -> Optional.of(host.host())))
            .column(texts("role", hosts, host -> Optional.of(host.role().text())))
            .column(texts("state", hosts, host -> Optional.of(host.state().text())))
            .column(Column.truths("chosen", hosts.stream().map(HostStatus::chosen).toList()))
            .column(texts("version", hosts, HostStatus::version).nullable())
            .column(
                integers(
                    "timeline",
                    hosts,
                    host ->
                        host.timeline().isPresent()
                            ? OptionalLong.of(host.timeline().getAsInt())
                            : OptionalLong.empty()));
    Map<String, Function<HostStatus.Positions, Optional<WalPosition>>> positions =
        new LinkedHashMap<>();
    positions.put("sent", HostStatus.Positions::sent);
    positions.put("write", HostStatus.Positions::written);
    positions.put("flush", HostStatus.Positions::flushed);
    positions.put("replay", HostStatus.Positions::replayed);
    positions.forEach(
        (word, position) ->
            frame.column(
                texts(
                        word + "Lsn",
                        hosts,
                        host -> position.apply(host.positions()).map(WalPosition::text))
                    .nullable()));
    positions.forEach(
        (word, position) ->
            frame.column(
                integers(
                    word + "Bytes",
                    hosts,
                    host ->
                        position
                            .apply(host.positions())
                            .map(at -> OptionalLong.of(at.bytes()))
                            .orElse(OptionalLong.empty()))));
    return frame
        .column(integers("lagBytes", hosts, host -> host.lag().bytes()).configured(BYTES))
        .column(reals("lagSeconds", hosts, host -> host.lag().time()).configured(SECONDS))
        .column(texts("lagReason", hosts, host -> host.lag().reason()).nullable())
        .column(texts("receiverState", hosts, HostStatus::receiver).nullable())
        .column(texts("slot", hosts, host -> host.slot().name()).nullable())
        .column(texts("slotState", hosts, host -> host.slot().state()).nullable())
        .column(
            integers("slotRetainedBytes", hosts, host -> host.slot().retainedBytes())
                .configured(BYTES))
        .column(
            texts("archiveState", hosts, host -> host.archive().map(HostStatus.Archive::state))
                .nullable())
        .column(
            texts(
                    "lastArchivedWal",
                    hosts,
                    host -> host.archive().flatMap(HostStatus.Archive::lastSegment))
                .nullable())
        .column(
            reals(
                    "lastArchivedAgeSeconds",
                    hosts,
                    host -> host.archive().flatMap(HostStatus.Archive::lastAge))
                .configured(SECONDS))
        .column(
            integers(
                "archiveFailures",
                hosts,
                host ->
                    host.archive()
                        .map(archive -> OptionalLong.of(archive.failures()))
                        .orElse(OptionalLong.empty())))
        .column(texts("lastError", hosts, HostStatus::lastError).nullable())
        .build();
  }

  /**
   * The lag within {@code range} in no more than {@code maxPoints} points. A point that stands for
   * several looks has the longest lag they saw, and is null when none of them saw any.
   *
   * @param view in seconds, in bytes, or both
   * @param told how people are told of a moment
   */
  static Frame history(
      String refId,
      Replication replication,
      TimeRange range,
      long maxPoints,
      View view,
      Function<Instant, String> told) {
    LagHistory history = replication.history();
    Map<String, List<LagHistory.Sample>> samples = history.samples(range);
    long width = width(range, maxPoints, history.interval());
    TreeMap<Long, Integer> places = new TreeMap<>();
    samples
        .values()
        .forEach(host -> host.forEach(sample -> places.put(sample.at().toEpochMilli() / width, 0)));
    int count = 0;
    long[] times = new long[places.size()];
    for (Map.Entry<Long, Integer> place : places.entrySet()) {
      times[count] = place.getKey() * width * 1_000_000;
      place.setValue(count++);
    }
    Frame.Builder frame =
        Frame.answering(refId)
            .meta(
                FrameMeta.of(FrameType.TIMESERIES_WIDE)
                    .notices(since(replication, range, told))
                    .custom(custom(replication))
                    .build())
            .column(
                Column.times("time", times)
                    .configured(FieldConfig.builder().interval(Duration.ofMillis(width)).build()));
    List<Column> seconds = new ArrayList<>();
    List<Column> bytes = new ArrayList<>();
    samples.forEach(
        (host, seen) -> {
          Worst worst = new Worst(times.length);
          for (LagHistory.Sample sample : seen) {
            Integer place = places.get(sample.at().toEpochMilli() / width);
            if (place != null) {
              worst.add(place, sample);
            }
          }
          Map<String, String> labels = Map.of("host", host);
          seconds.add(
              Column.numbers("lagSeconds", Numbers.rounded(worst.seconds, worst.noSeconds))
                  .nullable()
                  .labelled(labels)
                  .configured(SECONDS));
          bytes.add(
              Column.numbers("lagBytes", Numbers.exact(worst.bytes, worst.noBytes))
                  .nullable()
                  .labelled(labels)
                  .configured(BYTES));
        });
    if (view != View.LAG_BYTES) {
      seconds.forEach(frame::column);
    }
    if (view != View.LAG_SECONDS) {
      bytes.forEach(frame::column);
    }
    return frame.build();
  }

  /** The longest lag of each point. */
  private static final class Worst {
    private final double[] seconds;
    private final long[] bytes;
    private final BitSet noSeconds = new BitSet();
    private final BitSet noBytes = new BitSet();

    Worst(int points) {
      seconds = new double[points];
      bytes = new long[points];
      noSeconds.set(0, points);
      noBytes.set(0, points);
    }

    void add(int place, LagHistory.Sample sample) {
      OptionalDouble time = sample.seconds();
      if (time.isPresent()) {
        seconds[place] = Math.max(seconds[place], time.getAsDouble());
        noSeconds.clear(place);
      }
      OptionalLong behind = sample.bytes();
      if (behind.isPresent()) {
        bytes[place] = Math.max(bytes[place], behind.getAsLong());
        noBytes.clear(place);
      }
    }
  }

  private static long width(TimeRange range, long maxPoints, Duration interval) {
    long least = Math.max(1, range.length().toMillis() / Math.max(1, maxPoints));
    return Math.max(least, interval.toMillis());
  }

  private static List<FrameNotice> since(
      Replication replication, TimeRange range, Function<Instant, String> told) {
    Optional<Instant> since = replication.since();
    if (since.isPresent() && !since.get().isAfter(range.from())) {
      return List.of();
    }
    return List.of(
        FrameNotice.info(
            since
                .map(
                    first ->
                        "The lag is watched since "
                            + told.apply(first)
                            + "; of the time before nothing is known.")
                .orElse("The lag is watched from now on.")));
  }

  /** A warning for each host that does not answer or only in part. */
  private static List<FrameNotice> failures(List<HostStatus> hosts) {
    return hosts.stream()
        .filter(
            host ->
                host.state() == HostStatus.State.DOWN || host.state() == HostStatus.State.UNKNOWN)
        .flatMap(host -> host.lastError().stream())
        .map(FrameNotice::warning)
        .toList();
  }

  private static Map<String, Object> custom(Replication replication) {
    Map<String, Object> custom = new LinkedHashMap<>();
    replication.since().ifPresent(since -> custom.put("watchedSince", since.toString()));
    custom.put("intervalMs", replication.history().interval().toMillis());
    custom.put("watchesPrimary", replication.watchesPrimary());
    return custom;
  }

  private static Column texts(
      String name, List<HostStatus> hosts, Function<HostStatus, Optional<String>> value) {
    List<@Nullable String> texts = new ArrayList<>();
    hosts.forEach(host -> texts.add(value.apply(host).orElse(null)));
    return Column.texts(name, texts);
  }

  private static Column integers(
      String name, List<HostStatus> hosts, Function<HostStatus, OptionalLong> value) {
    long[] values = new long[hosts.size()];
    BitSet missing = new BitSet();
    for (int i = 0; i < values.length; i++) {
      OptionalLong one = value.apply(hosts.get(i));
      values[i] = one.orElse(0);
      missing.set(i, one.isEmpty());
    }
    return Column.numbers(name, Numbers.exact(values, missing)).nullable();
  }

  private static Column reals(
      String name, List<HostStatus> hosts, Function<HostStatus, Optional<Duration>> value) {
    double[] values = new double[hosts.size()];
    BitSet missing = new BitSet();
    for (int i = 0; i < values.length; i++) {
      Optional<Duration> one = value.apply(hosts.get(i));
      values[i] = one.map(time -> time.toMillis() / 1000.0).orElse(0.0);
      missing.set(i, one.isEmpty());
    }
    return Column.numbers(name, Numbers.rounded(values, missing)).nullable();
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
