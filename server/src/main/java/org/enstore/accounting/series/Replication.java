package org.enstore.accounting.series;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.enstore.accounting.measure.TimeRange;

/** What is known of the hosts of a data source and how replication stands on them. Thread-safe. */
public interface Replication {
  /** Of a source that has no hosts to watch. */
  Replication NONE =
      new Replication() {
        private final LagHistory empty = new LagHistory(1, Duration.ofSeconds(1));

        @Override
        public List<HostStatus> look(Cancellation cancellation) {
          return List.of();
        }

        @Override
        public List<HostStatus> last() {
          return List.of();
        }

        @Override
        public LagHistory history() {
          return empty;
        }

        @Override
        public boolean watchesPrimary() {
          return false;
        }
      };

  /**
   * The hosts in the order of the settings, then the primary where one is watched. Waits for the
   * first look; later ones come by themselves.
   *
   * @throws QueryFailure of kind {@link FailureKind#CANCELLED} when nobody waits any more
   */
  List<HostStatus> look(Cancellation cancellation);

  /** The same without waiting: nothing before the first look. */
  List<HostStatus> last();

  /** What was seen of the lag since the watch began. */
  LagHistory history();

  /** Whether the settings name a primary to look at as well. */
  boolean watchesPrimary();

  /** When the watch began; empty before its first look. */
  default Optional<Instant> since() {
    return history().since();
  }

  /**
   * When hosts were more than {@code threshold} behind, or their lag was unknown, within {@code
   * range}. Never waits.
   */
  default List<LagRegion> regions(TimeRange range, Duration threshold) {
    return history().regions(range, threshold);
  }
}
