package org.enstore.accounting.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.enstore.accounting.config.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * In which order hosts are tried: the one chosen first. Of the standbys that are about as fresh as
 * the freshest, the first in the order of the settings is chosen. Thread-safe.
 */
final class HostPreference {
  /*
   * Against flapping there are two thresholds and a count of looks. A chosen standby is left when
   * it was far behind the freshest for several looks, at once when it cannot be read. A standby
   * that comes earlier in the settings is returned to when it was near the freshest for several
   * looks. In between nothing changes.
   */

  /** No further behind the freshest than this counts as equally fresh. */
  static final Duration NEAR = Duration.ofSeconds(5);

  /** Further behind the freshest than this is a reason to leave. */
  static final Duration FAR = Duration.ofSeconds(15);

  private static final int LOOKS_TO_LEAVE = 2;
  private static final int LOOKS_TO_RETURN = 3;

  private final List<HostPort> hosts;
  private final Map<HostPort, Integer> looksNear = new HashMap<>();
  private final Map<HostPort, Integer> looksFar = new HashMap<>();
  private final Set<HostPort> unreadable = new HashSet<>();
  private final Map<HostPort, Instant> knownThrough = new HashMap<>();
  private @Nullable HostPort chosen;

  /** Hosts of which nothing is known yet: the order of the settings. */
  HostPreference(List<HostPort> hosts) {
    this.hosts = List.copyOf(hosts);
  }

  /**
   * What a look at one host told.
   *
   * @param readable whether it is a standby that answers
   * @param knownThrough everything committed on the primary before this is visible there
   */
  record View(HostPort host, boolean readable, Instant knownThrough) {}

  /** Takes one look at every host. */
  synchronized void take(List<View> views) {
    Instant freshest =
        views.stream()
            .filter(View::readable)
            .map(View::knownThrough)
            .max(Comparator.naturalOrder())
            .orElse(Instant.EPOCH);
    unreadable.clear();
    knownThrough.clear();
    for (View view : views) {
      Duration behind = Duration.between(view.knownThrough(), freshest);
      if (view.readable()) {
        knownThrough.put(view.host(), view.knownThrough());
      } else {
        unreadable.add(view.host());
      }
      count(looksNear, view.host(), view.readable() && behind.compareTo(NEAR) <= 0);
      count(looksFar, view.host(), view.readable() && behind.compareTo(FAR) > 0);
    }
    choose();
  }

  /** Takes note that a question to {@code host} failed: it is not chosen before the next look. */
  synchronized void suspect(HostPort host) {
    if (knownThrough.remove(host) != null) {
      unreadable.add(host);
      looksNear.put(host, 0);
      choose();
    }
  }

  /** The host that the next question goes to; empty before the first look and when all fail. */
  synchronized Optional<HostPort> chosen() {
    return Optional.ofNullable(chosen);
  }

  /** All hosts: the chosen one, other standbys, those not seen yet, those that failed. */
  synchronized List<HostPort> order() {
    List<HostPort> order = new ArrayList<>();
    if (chosen != null) {
      order.add(chosen);
    }
    add(order, nearest());
    add(order, hosts.stream().filter(knownThrough::containsKey).toList());
    add(order, hosts.stream().filter(host -> !unreadable.contains(host)).toList());
    add(order, hosts);
    return order;
  }

  private void choose() {
    HostPort now = chosen;
    if (now == null
        || !knownThrough.containsKey(now)
        || looksFar.getOrDefault(now, 0) >= LOOKS_TO_LEAVE) {
      chosen = nearest().stream().findFirst().orElse(null);
      return;
    }
    for (HostPort host : hosts.subList(0, hosts.indexOf(now))) {
      if (knownThrough.containsKey(host) && looksNear.getOrDefault(host, 0) >= LOOKS_TO_RETURN) {
        chosen = host;
        return;
      }
    }
  }

  /** The standbys about as fresh as the freshest, in the order of the settings. */
  private List<HostPort> nearest() {
    Instant freshest =
        knownThrough.values().stream().max(Comparator.naturalOrder()).orElse(Instant.EPOCH);
    return hosts.stream()
        .filter(
            host -> {
              Instant known = knownThrough.get(host);
              return known != null && Duration.between(known, freshest).compareTo(NEAR) <= 0;
            })
        .toList();
  }

  private static void add(List<HostPort> order, List<HostPort> more) {
    more.stream().filter(host -> !order.contains(host)).forEach(order::add);
  }

  private static void count(Map<HostPort, Integer> looks, HostPort host, boolean holds) {
    looks.merge(host, holds ? 1 : 0, (before, one) -> holds ? before + 1 : 0);
  }
}
