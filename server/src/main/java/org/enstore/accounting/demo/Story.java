package org.enstore.accounting.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What happened at a {@link Site}, day by day: transfers, the mounts during which they took place,
 * and requests that failed. It needs no database. The same site with the same plants has the same
 * story whenever its days are asked for one after the other. Not thread-safe.
 */
public final class Story {
  /*
   * Every day draws from its own chance, made of the seed and the day's number. Which tape a file is
   * on depends on the days before, too, since tapes fill up.
   */

  private static final long MIB = 1 << 20;
  private static final long SMALL_FILE_LIMIT = 300 * MIB;
  private static final double LARGEST_FILE = 12e12;
  private static final int OUTAGE_PERIOD_DAYS = 40;
  private static final int CAMPAIGN_PERIOD_DAYS = 21;
  private static final double USER_FAILURE_SHARE = 0.008;
  private static final double BURST_WAIT_SECONDS = 45;

  // The parts that chance is divided into; days use their own numbers, which are positive.
  private static final long OUTAGES = -1_000_000;
  private static final long CAMPAIGNS = -2_000_000;
  private static final long FAILURES = -9_000_000;

  private static final List<List<String>> USER_FAILURES =
      List.of(
          List.of("USERERROR", "No such file or directory"),
          List.of("ENCP_GONE", "the client went away"),
          List.of("NOACCESS", "the tape is not available"),
          List.of("TIMEDOUT", ""),
          List.of("NOSPACE", "no space left on device"));

  private final Site site;
  private final Plants plants;
  private final ZoneId zone;
  private final Fleet fleet;
  private final Mounts mounts;

  /**
   * One day.
   *
   * @param transfers in the order of their completion
   * @param mounts those that ended since the day before was told, failed ones too
   * @param failures in no order
   */
  public record Day(
      LocalDate day, List<Transfer> transfers, List<Mount> mounts, List<Failure> failures) {}

  public Story(Site site, Plants plants) {
    this.site = site;
    this.plants = plants;
    this.zone = site.zone();
    this.fleet = Fleet.of(site);
    this.mounts = new Mounts(site, fleet, plants);
  }

  public Site site() {
    return site;
  }

  public Plants plants() {
    return plants;
  }

  /** The label of the tape planted as bad; empty until it has been mounted. */
  public Optional<String> badTape() {
    return mounts.badTape().map(Tape::label);
  }

  /** The keys of the movers that serve on a day. */
  public List<String> movers(LocalDate day) {
    return fleet.serving(day).stream().map(Fleet.Mover::key).toList();
  }

  Fleet fleet() {
    return fleet;
  }

  Mounts mounts() {
    return mounts;
  }

  TapeStore store() {
    return mounts.store();
  }

  /** The serial number of a mover's drive on a day. */
  String serial(Fleet.Mover mover, LocalDate day) {
    return mounts.serial(mover, day);
  }

  /**
   * Whether nothing at all was transferred that day. Never in the last two weeks, nor on the days
   * when the clocks change, which are worth looking at.
   */
  boolean isOutage(LocalDate day) {
    long start = day.atStartOfDay(zone).toEpochSecond();
    boolean clocksChange = day.plusDays(1).atStartOfDay(zone).toEpochSecond() - start != 86_400;
    if (clocksChange || !day.isAfter(site.from()) || !day.isBefore(site.today().minusDays(14))) {
      return false;
    }
    long period = Math.floorDiv(day.toEpochDay(), OUTAGE_PERIOD_DAYS);
    Chance chance = Chance.of(site.seed(), OUTAGES + period);
    long first = period * OUTAGE_PERIOD_DAYS + chance.below(OUTAGE_PERIOD_DAYS - 3);
    long length = chance.even() < 0.4 ? 0 : 1 + chance.below(3);
    return day.toEpochDay() >= first && day.toEpochDay() < first + length;
  }

  /** Tells a day, up to the end of the site's records. Days are asked for in their order. */
  public Day tell(LocalDate day) {
    return tell(day, site.until().getEpochSecond());
  }

  /** The same up to another moment, in seconds since the epoch, exclusive. */
  Day tell(LocalDate day, long end) {
    List<Transfer> transfers = new ArrayList<>();
    if (!isOutage(day)) {
      Chance chance = Chance.of(site.seed(), day.toEpochDay());
      long start = day.atStartOfDay(zone).toEpochSecond();
      long midnight = day.plusDays(1).atStartOfDay(zone).toEpochSecond();
      long[] moments = moments(chance, start, midnight, transfersOn(day, chance));
      Choice<Fleet.Mover> movers = movers(day, chance);
      Choice<StorageGroup> groups = groups(day);
      long serial = 0;
      for (long moment : moments) {
        // Drawn even when it is not wanted, so that the others stay what they are.
        Fleet.Mover mover = movers.draw(chance);
        StorageGroup group = groupOf(mover, groups, chance);
        Chance own = new Chance(site.seed() ^ (moment << 20) ^ serial++);
        if (moment < end && !plants.isSilent(mover.key(), moment)) {
          transfers.add(
              mover.family().kind() == Fleet.Kind.TAPE
                  ? mounts.transfer(mover, moment, day, own)
                  : untaped(mover, group, moment, own));
        }
      }
    }
    List<Failure> failures = new ArrayList<>(otherFailures(day, end));
    failures.addAll(mounts.takeFailures());
    return new Day(day, transfers, mounts.takeFinished(), failures);
  }

  /** The mounts that were not over with the last day told; they end after their last file. */
  public Day rest() {
    mounts.finishAll();
    return new Day(site.today(), List.of(), mounts.takeFinished(), mounts.takeFailures());
  }

  /** A transfer by a disk mover in service, outside the days' own. */
  Transfer aside(Chance chance, long second) {
    LocalDate day = Instant.ofEpochSecond(second).atZone(zone).toLocalDate();
    List<Fleet.Mover> disks =
        fleet.serving(day).stream()
            .filter(mover -> mover.family().kind() == Fleet.Kind.DISK)
            .toList();
    Fleet.Mover mover = disks.get(chance.below(disks.size()));
    return untaped(mover, groupOf(mover, groups(day), chance), second, chance);
  }

  private static Transfer untaped(Fleet.Mover mover, StorageGroup group, long second, Chance own) {
    boolean reads = own.even() < group.readShare();
    boolean onDisk = mover.family().kind() == Fleet.Kind.DISK;
    long size = sizeOf(own, group, onDisk ? SMALL_FILE_LIMIT : Long.MAX_VALUE);
    Rates rates = Rates.of(own, size, mover.family().bytesPerSecond());
    return new Transfer(second, mover, Optional.empty(), group, reads, size, rates, own);
  }

  /** The size of a file; small ones have a limit below that of the largest. */
  static long sizeOf(Chance chance, StorageGroup group, long limit) {
    if (chance.oneIn(4_000)) {
      return 0;
    }
    return limit <= SMALL_FILE_LIMIT
        ? (long) Math.min(chance.around(25e6, 1.3), (double) limit)
        : (long) Math.min(chance.around(group.medianBytes(), group.sigma()), LARGEST_FILE);
  }

  private int transfersOn(LocalDate day, Chance chance) {
    double week =
        switch (day.getDayOfWeek()) {
          case SATURDAY -> 0.68;
          case SUNDAY -> 0.6;
          case MONDAY -> 1.0;
          default -> 1.12;
        };
    double age = ChronoUnit.DAYS.between(site.from(), day);
    double wholeAge = ChronoUnit.DAYS.between(site.from(), site.today());
    double growth = 0.8 + 0.5 * age / wholeAge;
    return (int) Math.round(site.transfersPerDay() * week * growth * chance.around(1, 0.22));
  }

  /** Production runs day and night; people add to it in the afternoon. */
  private static long[] moments(Chance chance, long start, long end, int count) {
    long[] moments = new long[count];
    for (int i = 0; i < count; i++) {
      double share;
      do {
        share = chance.even() < 0.6 ? chance.even() : (14.2 + 3.4 * chance.normal()) / 24;
      } while (share < 0 || share >= 1);
      moments[i] = start + (long) (share * (end - start));
    }
    Arrays.sort(moments);
    return moments;
  }

  private Choice<Fleet.Mover> movers(LocalDate day, Chance chance) {
    List<Fleet.Mover> serving = fleet.serving(day);
    double[] weights = new double[serving.size()];
    for (int i = 0; i < weights.length; i++) {
      double today = chance.around(1, 0.55);
      // Now and then a drive is down for the day.
      weights[i] = chance.oneIn(25) ? 0 : serving.get(i).weight() * today;
    }
    return new Choice<>(serving, weights);
  }

  /** Which mover of a day works next. */
  Choice<Fleet.Mover> choiceOfMovers(LocalDate day) {
    return movers(day, Chance.of(site.seed(), day.toEpochDay()));
  }

  private Choice<StorageGroup> groups(LocalDate day) {
    List<StorageGroup> all = StorageGroup.EXPERIMENTS;
    double[] weights = new double[all.size()];
    long period = Math.floorDiv(day.toEpochDay(), CAMPAIGN_PERIOD_DAYS);
    Chance chance = Chance.of(site.seed(), CAMPAIGNS + period);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = all.get(i).weight() * (chance.oneIn(6) ? chance.between(2, 6) : 1);
    }
    return new Choice<>(all, weights);
  }

  private static StorageGroup groupOf(
      Fleet.Mover mover, Choice<StorageGroup> groups, Chance chance) {
    StorageGroup drawn = groups.draw(chance);
    return mover.family().isForTests() ? StorageGroup.TEST : drawn;
  }

  /** Requests that failed before they met a mover, and those of a planted burst. */
  private List<Failure> otherFailures(LocalDate day, long end) {
    Chance chance = Chance.of(site.seed(), FAILURES - day.toEpochDay());
    List<Failure> failures = new ArrayList<>();
    long start = day.atStartOfDay(zone).toEpochSecond();
    long midnight = day.plusDays(1).atStartOfDay(zone).toEpochSecond();
    double wait = 86_400 / (site.transfersPerDay() * USER_FAILURE_SHARE);
    List<String> libraries =
        fleet.serving(day).stream()
            .filter(mover -> mover.family().kind() == Fleet.Kind.TAPE)
            .map(mover -> mover.family().library())
            .distinct()
            .toList();
    for (double time = start + chance.waiting(wait);
        time < Math.min(midnight, end);
        time += 1 + chance.waiting(wait)) {
      String library = libraries.get(chance.below(libraries.size()));
      failures.add(userFailure(chance, (long) time, library));
    }
    plants
        .errorBurst()
        .ifPresent(
            burst -> {
              double until = Math.min(Math.min(midnight, end), burst.end().getEpochSecond());
              for (double time = Math.max(start, burst.start().getEpochSecond());
                  time < until;
                  time += 1 + chance.waiting(BURST_WAIT_SECONDS)) {
                List<String> kind = List.of("MOUNTFAILED", "the robot could not mount the tape");
                failures.add(unmounted(chance, (long) time, kind, burst.library()));
              }
            });
    return failures;
  }

  /** A request of a user that fails before it meets a mover. */
  static Failure userFailure(Chance chance, long second, String library) {
    return unmounted(
        chance, second, USER_FAILURES.get(chance.below(USER_FAILURES.size())), library);
  }

  private static Failure unmounted(Chance chance, long second, List<String> kind, String library) {
    StorageGroup group =
        StorageGroup.EXPERIMENTS.get(chance.below(StorageGroup.EXPERIMENTS.size()));
    boolean reads = chance.even() < group.readShare();
    long size = chance.oneIn(3) ? -1 : sizeOf(chance, group, Long.MAX_VALUE);
    return new Failure(
        second, kind.get(0), kind.get(1), Optional.empty(), group.name(), library, reads, size);
  }
}
