package org.enstore.accounting.postgres;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.enstore.accounting.series.HostStatus;
import org.enstore.accounting.series.WalPosition;

/**
 * The primary that standbys stream from, as far as it was seen: finds what it says of one of them.
 *
 * @param primary the look at it and its side of replication; empty where none is watched, and when
 *     it could not be seen or is none
 */
record Upstream(Optional<Primary> primary) {
  static final Upstream UNSEEN = new Upstream(Optional.empty());

  /** A primary that was seen. */
  record Primary(StandbyLook look, PrimaryLook side) {}

  /** What {@code sighting} of the primary tells. */
  static Upstream of(Sighting sighting) {
    return sighting instanceof Sighting.Seen seen
        ? new Upstream(seen.side().map(side -> new Primary(seen.look(), side)))
        : UNSEEN;
  }

  /**
   * The connection of the standby that {@code standby} was taken of: by the slot it uses, else by
   * its name, else by its address, if that fits one connection alone.
   */
  Optional<PrimaryLook.Sender> senderOf(StandbyLook standby) {
    if (primary.isEmpty()) {
      return Optional.empty();
    }
    PrimaryLook side = primary.get().side();
    Optional<Integer> pid =
        standby.slot().flatMap(side::slot).flatMap(PrimaryLook.HeldSlot::senderPid);
    if (pid.isPresent()) {
      return only(side, sender -> sender.pid() == pid.get());
    }
    return standby
        .applicationName()
        .map(name -> only(side, sender -> sender.applicationName().equals(name)))
        .orElseGet(
            () ->
                standby
                    .address()
                    .flatMap(
                        from -> only(side, sender -> sender.address().equals(Optional.of(from)))));
  }

  private static Optional<PrimaryLook.Sender> only(
      PrimaryLook side, Predicate<PrimaryLook.Sender> fits) {
    List<PrimaryLook.Sender> found = side.senders().stream().filter(fits).toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  /** Whether the primary says that it streams to the standby. */
  boolean streamsTo(StandbyLook standby) {
    return senderOf(standby)
        .flatMap(PrimaryLook.Sender::state)
        .filter("streaming"::equals)
        .isPresent();
  }

  /** Whether the primary's side proves that everything is streamed and replayed. */
  boolean provesCurrent(StandbyLook standby) {
    return streamsTo(standby) && bytesAheadOf(standby).equals(OptionalLong.of(0));
  }

  /** Bytes from what the standby shows to the end of the primary's log, if they compare. */
  OptionalLong bytesAheadOf(StandbyLook standby) {
    Optional<WalPosition> end =
        primary
            .map(Primary::look)
            .filter(
                look ->
                    look.system() == standby.system() && look.timeline().equals(standby.timeline()))
            .flatMap(StandbyLook::written);
    return end.isEmpty() || standby.replayed().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(end.get().since(standby.replayed().get()));
  }

  /** The slot that the standby uses, with the primary's word for it. */
  HostStatus.Slot slotOf(StandbyLook standby) {
    Optional<String> name = standby.slot();
    if (primary.isEmpty()) {
      return new HostStatus.Slot(name, Optional.empty(), OptionalLong.empty());
    }
    PrimaryLook side = primary.get().side();
    Optional<PrimaryLook.HeldSlot> held =
        name.isPresent()
            ? side.slot(name.get())
            : senderOf(standby).flatMap(sender -> side.slotOf(sender.pid()));
    return held.map(PrimaryLook.HeldSlot::status)
        .orElseGet(() -> new HostStatus.Slot(name, Optional.empty(), OptionalLong.empty()));
  }
}
