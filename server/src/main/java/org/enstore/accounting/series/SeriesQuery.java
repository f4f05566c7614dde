package org.enstore.accounting.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.enstore.accounting.config.Complaint;
import org.enstore.accounting.measure.ByteUnit;
import org.enstore.accounting.measure.TimeRange;

/**
 * A question for time series, with every default filled in by the edge that read it.
 *
 * @param range what the asker looks at; answered in whole buckets
 * @param stepWanted a chosen bucket width, snapped up to the ladder; empty for automatic
 * @param minStep with an automatic step: no bucket narrower than this
 * @param maxPoints with an automatic step: about this many buckets at the most, at least 1
 * @param groupBy the dimensions to keep apart; none gives the total
 * @param filters by dimension; a missing dimension is not filtered
 * @param includeNullMovers whether movers that write to nothing are counted
 */
public record SeriesQuery(
    Measure measure,
    DirectionMode direction,
    TimeRange range,
    Optional<Duration> stepWanted,
    Duration minStep,
    long maxPoints,
    List<Dimension> groupBy,
    Map<Dimension, Filter> filters,
    boolean includeNullMovers,
    ByteUnit unit,
    GapPolicy gaps,
    SourceChoice source,
    Arrangement arrangement) {
  public SeriesQuery {
    groupBy = List.copyOf(groupBy);
    filters = Map.copyOf(filters);
  }

  /** What in it contradicts itself, by the keys of the query model; empty when nothing does. */
  public List<Complaint> contradictions() {
    List<Complaint> complaints = new ArrayList<>();
    if (arrangement.top() > 0 && groupBy.isEmpty()) {
      complaints.add(
          new Complaint(
              "top",
              "\"top\" is "
                  + arrangement.top()
                  + ", but \"groupBy\" is empty, so that there are no groups to choose from: leave"
                  + " \"top\" at 0, or group by a dimension."));
    }
    if (arrangement.runningTotal() && !measure.isAdditive()) {
      complaints.add(
          new Complaint(
              "runningTotal",
              "\"runningTotal\" needs the \"measure\" "
                  + Arrays.stream(Measure.values())
                      .filter(Measure::isAdditive)
                      .map(additive -> '"' + additive.label() + '"')
                      .collect(Collectors.joining(" or "))
                  + ", not \""
                  + measure.label()
                  + "\"."));
    }
    if (source == SourceChoice.SUMMARY && !measure.isInSummary()) {
      complaints.add(
          new Complaint(
              "source",
              "\"source\" is \"summary\", which has no "
                  + measure.label()
                  + ": choose \"raw\" or \"auto\", or one of the measures "
                  + Arrays.stream(Measure.values())
                      .filter(Measure::isInSummary)
                      .map(known -> '"' + known.label() + '"')
                      .collect(Collectors.joining(" and "))
                  + "."));
    }
    return complaints;
  }

  /** This question over another range. */
  SeriesQuery over(TimeRange other) {
    return with(other, stepWanted);
  }

  /** This question by another bucket width. */
  SeriesQuery by(Optional<Duration> other) {
    return with(range, other);
  }

  private SeriesQuery with(TimeRange otherRange, Optional<Duration> otherStep) {
    return new SeriesQuery(
        measure,
        direction,
        otherRange,
        otherStep,
        minStep,
        maxPoints,
        groupBy,
        filters,
        includeNullMovers,
        unit,
        gaps,
        source,
        arrangement);
  }
}
