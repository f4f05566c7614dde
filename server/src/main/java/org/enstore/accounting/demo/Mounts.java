package org.enstore.accounting.demo;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides during which mount of which tape each file is transferred. Transfers of a mover are given
 * in the order of their completion. Not thread-safe.
 */
final class Mounts {
  /*
   * A drive keeps its tape while more is asked of it: for some files, and until nothing was asked
   * for a while. Tapes change only where there is time for it, so that the times of mount, transfers
   * and dismount come in order, and a drive never has two tapes.
   */

  /** A drive that was idle for so long gives its tape back. */
  private static final long HOLD_SECONDS = 3_000;

  /** The time within which tapes can change. */
  private static final long CHANGE_SECONDS = 420;

  private static final long SPARE_SECONDS = 5;
  private static final double FAILED_MOUNTS = 1 / 300.0;
  private static final double FAILED_FILES = 0.03;
  private static final double ERRORS_PER_GIGABYTE = 0.04;
  private static final double BAD_TAPE_SHARE = 0.5;
  private static final double BAD_TAPE_ERROR_FACTOR = 60;
  private static final long PART = -8_000_000;

  private static final List<List<String>> READ_FAILURES =
      List.of(
          List.of("READ_ERROR", "media error on the tape"),
          List.of("TOO MANY RETRIES", "READ_ERROR: giving up after 3 attempts"),
          List.of("POSITIONING_ERROR", "the file mark was not found"),
          List.of("CRC MISMATCH", ""));
  private static final List<List<String>> WRITE_FAILURES =
      List.of(
          List.of("WRITE_ERROR", ""),
          List.of("TOO MANY RETRIES", "WRITE_ERROR: giving up after 3 attempts"),
          List.of("DRIVEERROR", "the drive does not answer"));

  private final Site site;
  private final Plants plants;
  private final TapeStore store;
  private final Map<Fleet.Mover, Mount> open = new HashMap<>();
  private final Map<Fleet.Mover, Long> freeSince = new HashMap<>();
  private List<Mount> finished = new ArrayList<>();
  private List<Failure> failures = new ArrayList<>();
  private Optional<Tape> badTape = Optional.empty();
  private long lastId;

  Mounts(Site site, Fleet fleet, Plants plants) {
    this.site = site;
    this.plants = plants;
    this.store = new TapeStore(site, fleet);
  }

  TapeStore store() {
    return store;
  }

  /** The tape planted as bad, once it was read in its bad days. */
  Optional<Tape> badTape() {
    return badTape;
  }

  /** Mounts that are over, failed ones too, since this was last asked. */
  List<Mount> takeFinished() {
    List<Mount> taken = finished;
    finished = new ArrayList<>();
    return taken;
  }

  /** Requests that failed during mounts, since this was last asked. */
  List<Failure> takeFailures() {
    List<Failure> taken = failures;
    failures = new ArrayList<>();
    return taken;
  }

  /** Has every drive give its tape back after its last file. */
  void finishAll() {
    List.copyOf(open.values()).forEach(mount -> finish(mount, Long.MAX_VALUE));
    open.clear();
  }

  /** The next transfer of a tape mover. */
  Transfer transfer(Fleet.Mover mover, long second, LocalDate day, Chance own) {
    Mount mount = open.get(mover);
    boolean isNew = mount == null || isOver(mount, second);
    if (mount != null && isNew) {
      finish(mount, second);
    }
    if (mount == null || isNew) {
      mount = choose(mover, day, second, own);
      open.put(mover, mount);
    }
    Transfer transfer = during(mount, second, day, own);
    if (isNew) {
      mount(mount, second, (long) StrictMath.ceil(transfer.rates().transferSeconds()), own);
    }
    mount.add(transfer.reads(), transfer.sizeBytes(), second);
    return transfer;
  }

  /** A transfer that suits a mount, to which it is yet to be added. */
  Transfer during(Mount mount, long second, LocalDate day, Chance own) {
    Tape tape = mount.tape();
    Fleet.Mover mover = mount.mover();
    boolean reads = tape.isFull() || (mount.isReading() && tape.isWritten());
    long size = Story.sizeOf(own, tape.group(), Long.MAX_VALUE);
    // A file fits the tape that it is written to.
    size = Math.min(size, reads ? tape.family().capacityBytes() : tape.remaining());
    Rates rates =
        Rates.of(own, size, mover.family().bytesPerSecond() * plants.speed(mover.key(), day));
    return new Transfer(second, mover, Optional.of(mount), tape.group(), reads, size, rates, own);
  }

  private static boolean isOver(Mount mount, long second) {
    long gap = second - mount.lastEnd();
    return gap > HOLD_SECONDS || (gap >= CHANGE_SECONDS && mount.files() >= mount.target());
  }

  /** A mount that a mover may begin with, whose times are yet to be set. */
  Mount choose(Fleet.Mover mover, LocalDate day, long second, Chance chance) {
    List<TapeStore.Lane> lanes = store.lanes(mover, day);
    Optional<Tape> bad = badTapeFor(mover, lanes, day);
    boolean takesBad = chance.even() < BAD_TAPE_SHARE && bad.isPresent();
    TapeStore.Lane lane =
        new Choice<>(lanes, lanes.stream().mapToDouble(TapeStore.Lane::weight).toArray())
            .draw(chance);
    boolean reading = takesBad || chance.even() < lane.group().readShare();
    Tape tape =
        takesBad
            ? bad.get()
            : Optional.of(lane)
                .filter(asked -> reading)
                .flatMap(asked -> store.readable(asked, day, chance))
                .orElseGet(() -> store.writable(mover.family(), lane, day, second, chance));
    int target = 1 + (int) chance.waiting(6);
    Mount mount = new Mount(mover, serial(mover, day), tape, day, reading, target, ++lastId);
    double factor = plants.errorFactor(mover.key(), day);
    mount.spoil(takesBad ? factor * BAD_TAPE_ERROR_FACTOR : factor);
    return mount;
  }

  private Optional<Tape> badTapeFor(Fleet.Mover mover, List<TapeStore.Lane> lanes, LocalDate day) {
    Plants.BadTape planted = plants.badTape().orElse(null);
    if (planted == null
        || !planted.isBad(day)
        || !planted.library().equals(mover.family().library())
        || ChronoUnit.DAYS.between(planted.from(), day) % 2 != 0) {
      return Optional.empty();
    }
    StorageGroup group = StorageGroup.named(planted.storageGroup());
    boolean has = store.laneOf(planted.library(), group).filter(lanes::contains).isPresent();
    if (has && badTape.isEmpty()) {
      badTape = store.oldest(planted.library(), group, day);
    }
    return has ? badTape : Optional.empty();
  }

  /** The serial number of a mover's drive on a day. */
  String serial(Fleet.Mover mover, LocalDate day) {
    return plants.isReplaced(mover.key(), day)
        ? "F" + mover.driveSerial().substring(1)
        : mover.driveSerial();
  }

  /**
   * Sets the times of a mount from its first file, which took some seconds up to {@code second}.
   */
  private void mount(Mount mount, long second, long seconds, Chance chance) {
    long earliest = freeSince.getOrDefault(mount.mover(), Long.MIN_VALUE / 2) + SPARE_SECONDS;
    long begin = Math.max(second - seconds, earliest + 120);
    long mounted = begin - SPARE_SECONDS - chance.below(30);
    long latency = 20 + (long) chance.waiting(40);
    long start = Math.max(mounted - latency, earliest);
    double failing = plants.mountFailures(mount.moverKey(), mount.day(), FAILED_MOUNTS);
    boolean fails = chance.even() < failing;
    if (fails && start - 200 > earliest) {
      Mount attempt =
          new Mount(
              mount.mover(),
              mount.driveSerial(),
              mount.tape(),
              mount.day(),
              mount.isReading(),
              0,
              ++lastId);
      long failed = start - 20 - chance.below(40);
      attempt.begin(failed - 30 - chance.below(60), failed);
      attempt.fail();
      finished.add(attempt);
      if (chance.oneIn(3)) {
        fail(attempt, failed, "MOUNTFAILED", "the robot could not mount the tape");
      }
    }
    mount.begin(start, mounted);
    mount.tape().mounted();
  }

  private void finish(Mount mount, long nextSecond) {
    Chance chance = Chance.of(site.seed(), PART - mount.id());
    long room = Math.min(nextSecond - mount.lastEnd(), 2 * HOLD_SECONDS);
    long delay =
        Math.min(20 + (long) chance.waiting(90), 20 + Math.max(0, (room - CHANGE_SECONDS) / 2));
    long start = mount.lastEnd() + delay;
    long end = start + 15 + Math.min(45, (long) chance.waiting(12));
    mount.dismount(start, end);
    freeSince.put(mount.mover(), end);
    mount.correct(
        corrected(chance, mount.bytesRead(), mount.errorFactor()),
        corrected(chance, mount.bytesWritten(), mount.errorFactor()));
    boolean isBad = badTape.filter(tape -> tape == mount.tape()).isPresent();
    if (isBad && mount.errorFactor() >= BAD_TAPE_ERROR_FACTOR) {
      for (int i = chance.below(3); i >= 0; i--) {
        fail(mount, within(mount, chance), "READ_ERROR", "media error on the tape");
      }
    } else if (chance.even() < FAILED_FILES) {
      List<List<String>> kinds = mount.reads() > 0 ? READ_FAILURES : WRITE_FAILURES;
      List<String> kind = kinds.get(chance.below(kinds.size()));
      fail(mount, within(mount, chance), kind.get(0), kind.get(1));
    }
    finished.add(mount);
  }

  static int corrected(Chance chance, long bytes, double factor) {
    double mean = bytes / 1e9 * ERRORS_PER_GIGABYTE * factor;
    return (int) Math.min(2_000_000_000, mean * chance.between(0.6, 1.4) + chance.even());
  }

  private static long within(Mount mount, Chance chance) {
    long length = mount.lastEnd() - mount.mounted();
    return mount.mounted() + (long) (chance.even() * Math.max(1, length));
  }

  private void fail(Mount mount, long second, String type, String message) {
    boolean reads = mount.isReading();
    mount.tape().failed(reads);
    failures.add(
        new Failure(
            second,
            type,
            message,
            Optional.of(mount),
            mount.storageGroup(),
            mount.library(),
            reads,
            -1));
  }
}
