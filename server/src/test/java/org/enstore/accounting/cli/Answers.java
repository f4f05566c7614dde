package org.enstore.accounting.cli;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.enstore.accounting.proto.v1.BucketStarts;
import org.enstore.accounting.proto.v1.Label;
import org.enstore.accounting.proto.v1.Notice;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesValues;

/** Answers of three days in June 2025. */
final class Answers {
  /** The local midnight with which the first day begins. */
  static final Instant FIRST = Instant.parse("2025-06-17T05:00:00Z");

  private Answers() {}

  /** A series by its labels, as name and value in turn. */
  static SeriesIdentity identity(String... labels) {
    SeriesIdentity.Builder identity = SeriesIdentity.newBuilder();
    for (int i = 0; i < labels.length; i += 2) {
      identity.addLabels(Label.newBuilder().setName(labels[i]).setValue(labels[i + 1]));
    }
    return identity.build();
  }

  /** Bytes, exactly, of two series: one that no double holds, one with a bucket that is missing. */
  static List<QuerySeriesResponse> bytes() {
    return List.of(
        QuerySeriesResponse.newBuilder()
            .setHeader(
                header("bytes")
                    .addSeries(identity("mover", "LTO8_1", "direction", "read"))
                    .addSeries(identity("mover", "a,\"b\"", "direction", "read"))
                    .addNotices(
                        Notice.newBuilder()
                            .setSeverity(Notice.Severity.SEVERITY_WARNING)
                            .setText("The standby\nlags.")))
            .build(),
        starts(),
        values(
            SeriesValues.newBuilder()
                .setSeries(0)
                .addIntegers(9_007_199_254_740_993L)
                .addIntegers(0)
                .addIntegers(5)),
        values(
            SeriesValues.newBuilder()
                .setSeries(1)
                .addIntegers(0)
                .addIntegers(7)
                .addIntegers(0)
                .addMissing(2)));
  }

  /** MiB of so many series, each of 1.5, 2.25 and nothing. */
  static List<QuerySeriesResponse> mebibytes(int series) {
    SeriesHeader.Builder header = header("MiB");
    List<QuerySeriesResponse> parts = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      header.addSeries(identity("mover", "LTO8_" + i));
      parts.add(
          values(
              SeriesValues.newBuilder()
                  .setSeries(i)
                  .addNumbers(1.5)
                  .addNumbers(2.25)
                  .addNumbers(0)
                  .addMissing(2)));
    }
    parts.add(0, starts());
    parts.add(0, QuerySeriesResponse.newBuilder().setHeader(header).build());
    return parts;
  }

  /** The same as {@link #mebibytes}, of values that may not be added up. */
  static List<QuerySeriesResponse> thatDoNotAddUp(int series) {
    return mebibytes(series).stream()
        .map(
            part ->
                part.hasHeader()
                    ? part.toBuilder()
                        .setHeader(part.getHeader().toBuilder().setAdditive(false))
                        .build()
                    : part)
        .toList();
  }

  private static SeriesHeader.Builder header(String unit) {
    return SeriesHeader.newBuilder()
        .setBucketCount(3)
        .setStep("1d")
        .setMeasure("bytes")
        .setUnit(unit)
        .setAdditive(true)
        .setExecuted("memory")
        .setEndTime(seconds(3))
        .setAsOf(seconds(2));
  }

  private static Timestamp seconds(int day) {
    return Timestamp.newBuilder().setSeconds(FIRST.getEpochSecond() + day * 86_400L).build();
  }

  private static QuerySeriesResponse starts() {
    BucketStarts.Builder starts = BucketStarts.newBuilder();
    for (int day = 0; day < 3; day++) {
      starts.addStartEpochSeconds(FIRST.getEpochSecond() + day * 86_400L);
    }
    return QuerySeriesResponse.newBuilder().setBuckets(starts).build();
  }

  private static QuerySeriesResponse values(SeriesValues.Builder values) {
    return QuerySeriesResponse.newBuilder().setValues(values).build();
  }
}
