package org.enstore.accounting.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.enstore.accounting.frame.ArrowFile;
import org.enstore.accounting.frame.FrameNotice;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.frame.SeriesFrames;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.proto.v1.BucketStarts;
import org.enstore.accounting.proto.v1.Label;
import org.enstore.accounting.proto.v1.Notice;
import org.enstore.accounting.proto.v1.QuerySeriesResponse;
import org.enstore.accounting.proto.v1.SeriesHeader;
import org.enstore.accounting.proto.v1.SeriesIdentity;
import org.enstore.accounting.proto.v1.SeriesValues;
import org.enstore.accounting.series.SeriesAnswer;
import org.enstore.accounting.series.SeriesQuery;

/** Turns the engine's answers into the parts that a caller is sent. */
final class AnswerParts {
  /** Values in one part: a quarter of a mebibyte, well below a client's usual limit. */
  static final int VALUES = 32_768;

  private static final int ARROW_BYTES = 1 << 20;

  private AnswerParts() {}

  /** Header, buckets, values; made one by one as they are taken. */
  static Iterator<QuerySeriesResponse> columns(SeriesAnswer answer) {
    Buckets buckets = answer.table().buckets();
    List<Series> series = answer.table().series();
    Stream<QuerySeriesResponse> header =
        Stream.of(
            QuerySeriesResponse.newBuilder()
                .setHeader(header(answer, series.stream().map(Series::labels).toList()))
                .build());
    Stream<QuerySeriesResponse> starts =
        firsts(buckets.count()).map(first -> starts(buckets, first));
    Stream<QuerySeriesResponse> values =
        IntStream.range(0, series.size())
            .boxed()
            .flatMap(
                index ->
                    firsts(buckets.count())
                        .map(first -> values(index, series.get(index).numbers(), first)));
    return Stream.of(header, starts, values).flatMap(parts -> parts).iterator();
  }

  /** One Arrow file, of the same frame that Grafana would be sent, in pieces. */
  static Iterator<QuerySeriesResponse> arrow(SeriesAnswer answer) {
    Map<String, Object> custom = new LinkedHashMap<>();
    custom.put("step", answer.step().text());
    custom.put("asOf", answer.asOf().toString());
    custom.put("cached", answer.cached());
    String measure = answer.query().measure().id();
    String unit = unit(answer.query());
    byte[] file =
        ArrowFile.encode(
            SeriesFrames.wide(
                answer.table(),
                new SeriesFrames.Presentation(
                    "",
                    measure,
                    unit,
                    Legend.of(""),
                    Map.of("measure", measure, "unit", unit),
                    answer.notices().stream().map(AnswerParts::frameNotice).toList(),
                    answer.executed(),
                    custom)));
    return IntStream.range(0, (file.length + ARROW_BYTES - 1) / ARROW_BYTES)
        .mapToObj(
            piece -> {
              int from = piece * ARROW_BYTES;
              ByteString bytes =
                  UnsafeByteOperations.unsafeWrap(
                      file, from, Math.min(ARROW_BYTES, file.length - from));
              return QuerySeriesResponse.newBuilder().setArrow(bytes).build();
            })
        .iterator();
  }

  private static String unit(SeriesQuery query) {
    return switch (query.measure().kind().unit()) {
      case NONE -> "";
      case BYTES -> query.unit().text();
      case BYTES_PER_SECOND -> query.unit().text() + "/s";
      case SECONDS -> "s";
      case SHARE -> "1";
    };
  }

  /** {@code instant} on the wire. */
  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /** What {@code answer} consists of, with the series that have {@code labels}. */
  static SeriesHeader header(SeriesAnswer answer, List<Map<String, String>> labels) {
    SeriesQuery query = answer.query();
    SeriesHeader.Builder header =
        SeriesHeader.newBuilder()
            .setBucketCount(answer.table().buckets().count())
            .setEndTime(Timestamp.newBuilder().setSeconds(answer.table().buckets().to()))
            .setStep(answer.step().text())
            .setMeasure(query.measure().id())
            .setUnit(unit(query))
            .setAdditive(query.measure().kind().isAdditive() && !query.arrangement().runningTotal())
            .setAsOf(timestamp(answer.asOf()))
            .setExecuted(answer.executed())
            .setCached(answer.cached());
    labels.forEach(each -> header.addSeries(identity(each)));
    answer.notices().forEach(notice -> header.addNotices(notice(notice)));
    return header.build();
  }

  /** A series by its labels. */
  static SeriesIdentity identity(Map<String, String> labels) {
    SeriesIdentity.Builder identity = SeriesIdentity.newBuilder();
    labels.forEach(
        (name, value) -> identity.addLabels(Label.newBuilder().setName(name).setValue(value)));
    return identity.build();
  }

  /** {@code notice} on the wire. */
  static Notice notice(org.enstore.accounting.series.Notice notice) {
    return Notice.newBuilder()
        .setSeverity(
            switch (notice.severity()) {
              case INFO -> Notice.Severity.SEVERITY_INFO;
              case WARNING -> Notice.Severity.SEVERITY_WARNING;
            })
        .setText(notice.text())
        .build();
  }

  private static FrameNotice frameNotice(org.enstore.accounting.series.Notice notice) {
    return switch (notice.severity()) {
      case INFO -> FrameNotice.info(notice.text());
      case WARNING -> FrameNotice.warning(notice.text());
    };
  }

  /** The places at which parts of {@code count} values begin. */
  private static Stream<Integer> firsts(int count) {
    return IntStream.iterate(0, first -> first < count, first -> first + VALUES).boxed();
  }

  private static QuerySeriesResponse starts(Buckets buckets, int first) {
    BucketStarts.Builder starts = BucketStarts.newBuilder().setFirstBucket(first);
    for (int i = first; i < Math.min(buckets.count(), first + VALUES); i++) {
      starts.addStartEpochSeconds(buckets.start(i));
    }
    return QuerySeriesResponse.newBuilder().setBuckets(starts).build();
  }

  private static QuerySeriesResponse values(int series, Numbers numbers, int first) {
    SeriesValues.Builder values = SeriesValues.newBuilder().setSeries(series).setFirstBucket(first);
    int end = Math.min(numbers.size(), first + VALUES);
    if (numbers instanceof Numbers.Longs longs) {
      for (int i = first; i < end; i++) {
        values.addIntegers(longs.at(i));
      }
    } else if (numbers instanceof Numbers.Doubles doubles) {
      for (int i = first; i < end; i++) {
        values.addNumbers(doubles.at(i));
      }
    }
    List<Integer> missing = new ArrayList<>();
    for (int i = numbers.nextMissing(first); i >= 0 && i < end; i = numbers.nextMissing(i + 1)) {
      missing.add(i - first);
    }
    return QuerySeriesResponse.newBuilder().setValues(values.addAllMissing(missing)).build();
  }
}
