package org.enstore.accounting.series;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to an {@link AnomalyQuery}: an immutable snapshot.
 *
 * @param series what the view shows, in complete buckets alone
 * @param episodes those that touch the range, by time
 */
public record AnomalyAnswer(SeriesAnswer series, List<Episode> episodes) {
  /** The label that says what a series is of its group; flags have none. */
  public static final String LABEL = "anomaly";

  /** What was. */
  public static final String ACTUAL = "actual";

  /** What was usual. */
  public static final String EXPECTED = "expected";

  public static final String LOWER = "lower";

  public static final String UPPER = "upper";

  /** What was, where it was unusual. */
  public static final String UNUSUAL = "unusual";

  public AnomalyAnswer {
    episodes = List.copyOf(episodes);
  }

  /**
   * A stretch of unusual values.
   *
   * @param labels of the series
   * @param begin when its first bucket begins
   * @param end when its last bucket ends
   * @param high whether its values were too high, not too low
   * @param words what was seen, and what is usual
   */
  public record Episode(
      Map<String, String> labels, Instant begin, Instant end, boolean high, String words) {
    public Episode {
      labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** What happened to which series. */
    public String title() {
      return History.title(labels) + (high ? " unusually high" : " unusually low");
    }
  }

  /** The episodes as marks on a graph. */
  public Annotations annotations() {
    return Annotations.last(
        episodes.stream()
            .map(
                episode ->
                    new Annotations.Event(
                        episode.begin(),
                        Optional.of(episode.end()),
                        episode.title(),
                        episode.words(),
                        tags(episode)))
            .toList(),
        series.notices());
  }

  private List<String> tags(Episode episode) {
    List<String> tags =
        new ArrayList<>(
            List.of(
                AnnotationEvent.ANOMALY.label(),
                series.query().measure().id(),
                episode.high() ? "high" : "low"));
    tags.addAll(episode.labels().values());
    return tags;
  }
}
