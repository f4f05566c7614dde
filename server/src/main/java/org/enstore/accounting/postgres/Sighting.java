package org.enstore.accounting.postgres;

import java.util.Optional;
import org.enstore.accounting.series.QueryFailure;

/** What became of a look at a host. */
sealed interface Sighting {
  /**
   * The host answered.
   *
   * @param side the primary's side of replication, where it was asked for and the host is a primary
   */
  record Seen(StandbyLook look, Optional<PrimaryLook> side) implements Sighting {}

  /** It did not, or not with what was asked for. */
  record Failed(QueryFailure failure) implements Sighting {}
}
