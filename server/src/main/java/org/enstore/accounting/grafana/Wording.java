package org.enstore.accounting.grafana;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Optional;
import org.enstore.accounting.measure.TimeRange;
import org.enstore.accounting.proto.pluginv2.DataQuery;

/**
 * A query to the letter, but for where its time range lies: what the bytes of its answer depend on
 * besides the numbers. A dashboard that reloads repeats its queries in the same words.
 *
 * @param lengthMillis the length of the range, which an automatic step depends on
 */
record Wording(
    ByteString json,
    String queryType,
    String refId,
    long maxDataPoints,
    long intervalMillis,
    long lengthMillis) {

  static Wording of(DataQuery query) {
    return new Wording(
        query.getJson(),
        query.getQueryType(),
        query.getRefId(),
        query.getMaxDataPoints(),
        query.getIntervalMS(),
        query.getTimeRange().getToEpochMS() - query.getTimeRange().getFromEpochMS());
  }

  /** Where the range of {@code query} lies; nothing when it is not one. */
  static Optional<TimeRange> rangeOf(DataQuery query) {
    long from = query.getTimeRange().getFromEpochMS();
    long to = query.getTimeRange().getToEpochMS();
    return from < to
        ? Optional.of(new TimeRange(Instant.ofEpochMilli(from), Instant.ofEpochMilli(to)))
        : Optional.empty();
  }
}
