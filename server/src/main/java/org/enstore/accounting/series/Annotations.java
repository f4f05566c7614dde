package org.enstore.accounting.series;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Events to mark graphs with.
 *
 * @param events by time
 */
public record Annotations(List<Event> events, List<Notice> notices) {
  public Annotations {
    events = List.copyOf(events);
    notices = List.copyOf(notices);
  }

  /**
   * One event.
   *
   * @param end with an event that lasts; at most as far as the data is complete
   * @param tags words to filter by
   */
  public record Event(
      Instant time, Optional<Instant> end, String title, String text, List<String> tags) {
    public Event {
      tags = List.copyOf(tags);
    }
  }
}
