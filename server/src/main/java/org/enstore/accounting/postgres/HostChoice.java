package org.enstore.accounting.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.enstore.accounting.config.HostPort;
import org.enstore.accounting.series.FailureKind;
import org.enstore.accounting.series.QueryFailure;

/**
 * Decides which host a question goes to: the first standby in the order of preference. A host that
 * failed is left alone for a while, longer after each further failure, and its failure is repeated
 * meanwhile to those who have nowhere else to go. A primary is the last resort where it is allowed,
 * and refused where it is not. Thread-safe.
 */
final class HostChoice {
  /** The setting of accounting that allows a primary. */
  static final String ALLOWING = "allowPrimary";

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** What a host is found to be. */
  enum Role {
    STANDBY,
    PRIMARY
  }

  /** Finds out what a host is. */
  @FunctionalInterface
  interface Scout {
    /**
     * The role of {@code host}, from memory when it was seen lately.
     *
     * @param hurried whether there are other hosts to try
     * @throws QueryFailure when it cannot be used
     */
    Role roleOf(HostPort host, boolean hurried);
  }

  private final Supplier<List<HostPort>> preference;
  private final boolean allowPrimary;
  private final String allowing;
  private final Scout scout;
  private final InstantSource clock;
  private final Map<HostPort, Pause> pauses = new ConcurrentHashMap<>();

  /**
   * A choice among hosts of which none has failed yet.
   *
   * @param preference all hosts, the one to try first at the front
   * @param allowing the setting that allows a primary
   */
  HostChoice(
      Supplier<List<HostPort>> preference,
      boolean allowPrimary,
      String allowing,
      Scout scout,
      InstantSource clock) {
    this.preference = preference;
    this.allowPrimary = allowPrimary;
    this.allowing = allowing;
    this.scout = scout;
    this.clock = clock;
  }

  /**
   * The host to ask now.
   *
   * @param avoid a host to ask only when there is no other
   * @throws QueryFailure when there is none; it says why of each
   */
  HostPort choose(Optional<HostPort> avoid) {
    List<HostPort> order = new ArrayList<>(preference.get());
    if (avoid.isPresent() && order.remove(avoid.get())) {
      order.add(avoid.get());
    }
    List<QueryFailure> failures = new ArrayList<>();
    Optional<HostPort> primary = Optional.empty();
    for (HostPort host : order) {
      Pause pause = pauses.get(host);
      if (pause != null && pause.holds(clock.instant())) {
        failures.add(pause.failure());
        continue;
      }
      try {
        Role role = scout.roleOf(host, !host.equals(order.get(order.size() - 1)));
        if (role == Role.PRIMARY && !allowPrimary) {
          throw refusal(host, false, allowing);
        }
        pauses.remove(host);
        if (role == Role.STANDBY) {
          return host;
        }
        primary = primary.or(() -> Optional.of(host));
      } catch (QueryFailure failure) {
        if (failure.kind() == FailureKind.CANCELLED) {
          throw failure;
        }
        pauses.compute(host, (same, before) -> Pause.after(before, failure, clock.instant()));
        failures.add(failure);
      }
    }
    return primary.orElseThrow(() -> together(failures));
  }

  /** Takes note that {@code host} was seen well: it is not left alone any longer. */
  void recovered(HostPort host) {
    pauses.remove(host);
  }

  /**
   * The failure of reading a primary that must not be read.
   *
   * @param promoted whether it was a standby until now
   * @param setting the one that would allow it
   */
  static QueryFailure refusal(HostPort host, boolean promoted, String setting) {
    return new QueryFailure(
        FailureKind.STANDBY_UNAVAILABLE,
        host
            + " is a primary"
            + (promoted ? " since it was promoted" : "")
            + ", and reading a primary is not allowed for this data source. Name a standby, or"
            + " switch on "
            + setting
            + ".");
  }

  private static QueryFailure together(List<QueryFailure> failures) {
    if (failures.size() == 1) {
      return failures.get(0);
    }
    QueryFailure telling =
        failures.stream()
            .filter(failure -> failure.kind() != FailureKind.STANDBY_UNAVAILABLE)
            .findFirst()
            .orElse(failures.get(0));
    QueryFailure all =
        new QueryFailure(
            telling.kind(),
            "None of the hosts can be read. "
                + failures.stream().map(QueryFailure::sentence).collect(Collectors.joining(" ")),
            telling);
    failures.stream().filter(one -> one != telling).forEach(all::addSuppressed);
    return all;
  }

  /**
   * Why a host is left alone, since when and for how long.
   *
   * @param length doubled at each failure
   */
  private record Pause(QueryFailure failure, Instant since, Duration length) {
    static Pause after(
        @org.jspecify.annotations.Nullable Pause before, QueryFailure failure, Instant now) {
      if (before == null) {
        return new Pause(failure, now, FIRST_PAUSE);
      }
      Duration twice = before.length().multipliedBy(2);
      return new Pause(failure, now, twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice);
    }

    /** Whether it lasts at {@code now}; a clock that was set back does not make it longer. */
    boolean holds(Instant now) {
      return now.isBefore(since.plus(length)) && !now.isBefore(since);
    }
  }
}
