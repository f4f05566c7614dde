package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.enstore.accounting.config.Durations;
import org.enstore.accounting.measure.TimeText;
import org.enstore.accounting.series.Annotations.Event;

/** Turns what was seen of replication into events to mark graphs with. */
final class LagAnnotations {
  private LagAnnotations() {}

  /**
   * When standbys were too far behind, or nobody could tell how far.
   *
   * @param usual the lag that is too long when {@code query} does not say
   * @param zone the site's
   * @throws QueryFailure of kind {@link FailureKind#CANCELLED} when nobody waits any more
   */
  static Annotations of(
      AnnotationQuery query,
      Replication replication,
      Duration usual,
      ZoneId zone,
      Instant now,
      Cancellation cancellation) {
    // The first question begins the watch.
    List<HostStatus> hosts = replication.look(cancellation);
    List<Notice> notices = new ArrayList<>();
    Optional<Instant> since = replication.since();
    if (hosts.isEmpty() || since.isEmpty()) {
      notices.add(Notice.info("No standby is watched yet."));
    } else if (query.range().from().isBefore(since.get())) {
      notices.add(
          Notice.info(
              "Replication is watched since "
                  + TimeText.of(since.get(), zone, now)
                  + "; nothing is known of the time before."));
    }
    Duration threshold = query.lag().orElse(usual);
    List<Event> events =
        replication.regions(query.range(), threshold).stream()
            .map(region -> event(region, threshold))
            .sorted(Comparator.comparing(Event::time))
            .toList();
    return Annotations.last(events, notices);
  }

  private static Event event(LagRegion region, Duration threshold) {
    String text =
        switch (region.kind()) {
          case BEHIND ->
              "More than %s behind the primary, %s s at the worst."
                  .formatted(
                      Durations.format(threshold),
                      region.worst().map(Duration::toSeconds).orElse(threshold.toSeconds()));
          case UNKNOWN ->
              "The replication lag could not be seen, or nobody looked. The query type replication"
                  + " says why while it lasts.";
        };
    return new Event(
        region.from(),
        region.to(),
        region.host() + (region.kind() == LagRegion.Kind.BEHIND ? " behind" : " lag unknown"),
        region.to().isEmpty() ? text + " It is still so." : text,
        List.of(AnnotationEvent.REPLICATION_LAG.label(), region.host()));
  }
}
