package org.enstore.accounting.series;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Events to mark graphs with.
 *
 * @param events by time
 */
public record Annotations(List<Event> events, List<Notice> notices) {
  /** The most events of one answer. */
  static final int MAX_EVENTS = 500;

  public Annotations {
    events = List.copyOf(events);
    notices = List.copyOf(notices);
  }

  /**
   * The last {@link #MAX_EVENTS} of {@code events}, with a notice when that leaves some out.
   *
   * @param events by time
   */
  static Annotations last(List<Event> events, List<Notice> notices) {
    int more = events.size() - MAX_EVENTS;
    if (more <= 0) {
      return new Annotations(events, notices);
    }
    List<Notice> told = new ArrayList<>(notices);
    told.add(
        Notice.warning(
            "Only the last "
                + MAX_EVENTS
                + " of "
                + events.size()
                + " events are shown. Narrow the filters or shorten the time range."));
    return new Annotations(events.subList(more, events.size()), told);
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
