package org.enstore.accounting.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The faults planted into the history of a {@link Site}: what an analysis of its records should
 * find, and nothing else of the kind is in them. Which mover and when is decided by the site's
 * seed.
 *
 * @param wornDrive a drive that wears out and is replaced
 * @param badTape a tape that fails in every drive
 * @param slowDrive a drive that runs at half its speed
 * @param silentMover a mover that stops working without a word
 * @param errorBurst hours in which the robot of a library fails
 * @param summarisedUntil the day before which alone the summaries are made, when they have stopped
 */
public record Plants(
    Optional<WornDrive> wornDrive,
    Optional<BadTape> badTape,
    Optional<SlowDrive> slowDrive,
    Optional<SilentMover> silentMover,
    Optional<ErrorBurst> errorBurst,
    Optional<LocalDate> summarisedUntil) {

  private static final long PART = -7_000_000;

  /** How often the worn drive corrects errors at its end, compared with a sound one. */
  static final double WORST_ERROR_FACTOR = 300;

  private static final double WORST_SPEED = 0.45;
  private static final double SLOW_SPEED = 0.5;
  private static final double WORST_MOUNT_FAILURES = 0.2;

  /**
   * A drive whose corrected errors rise, whose rate falls and which fails mounts more and more.
   *
   * @param mover the key of the mover it belongs to
   * @param from the first day of its decline
   * @param replaced the day from which the mover has a new drive
   */
  public record WornDrive(String mover, LocalDate from, LocalDate replaced) {
    /** From 0, sound, to 1, at its end. */
    double wear(String key, LocalDate day) {
      if (!key.equals(mover) || day.isBefore(from) || !day.isBefore(replaced)) {
        return 0;
      }
      double length = ChronoUnit.DAYS.between(from, replaced);
      return (ChronoUnit.DAYS.between(from, day) + 1) / length;
    }
  }

  /**
   * The oldest tape of a storage group in a library: reads of it fail, in whichever drive, until it
   * is taken out of use.
   *
   * @param from the first day on which it fails
   * @param until the day on which it is taken out of use
   */
  public record BadTape(String library, String storageGroup, LocalDate from, LocalDate until) {
    boolean isBad(LocalDate day) {
      return !day.isBefore(from) && day.isBefore(until);
    }
  }

  /** A drive at half speed from a day on, without errors. */
  public record SlowDrive(String mover, LocalDate from) {}

  /** A mover with no transfer, mount or error from a moment on. */
  public record SilentMover(String mover, Instant since) {}

  /** Hours with errors of the robot in a library, many times as many as usual. */
  public record ErrorBurst(String library, Instant start, Instant end) {}

  /** Nothing planted. */
  public static Plants none() {
    return new Plants(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** What the demo shows: a worn drive and a bad tape. */
  public static Plants usual(Site site) {
    Plants all = all(site);
    return new Plants(
        all.wornDrive,
        all.badTape,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * One of each kind, at different movers. Parts of time are of the records' last 80 days, or of
   * all of them when they are shorter.
   */
  public static Plants all(Site site) {
    Chance chance = Chance.of(site.seed(), PART);
    LocalDate today = site.today();
    long days = Math.min(80, ChronoUnit.DAYS.between(site.from(), today));
    Fleet fleet = Fleet.of(site);
    List<Fleet.Mover> candidates = new ArrayList<>();
    for (Fleet.Mover mover : fleet.serving(today.minusDays(days))) {
      boolean lasting = mover.serves(today) && mover.family().kind() == Fleet.Kind.TAPE;
      if (lasting && !mover.family().isForTests()) {
        candidates.add(mover);
      }
    }
    if (candidates.isEmpty()) {
      throw new IllegalStateException("The site has no mover to plant a fault in.");
    }
    String crowded =
        candidates.stream()
            .map(mover -> mover.family().library())
            .max(
                Comparator.<String>comparingLong(
                        library ->
                            candidates.stream()
                                .filter(mover -> mover.family().library().equals(library))
                                .count())
                    .thenComparing(Comparator.naturalOrder()))
            .orElseThrow();
    Fleet.Mover worn = candidates.remove(chance.below(candidates.size()));
    Fleet.Mover slow = candidates.isEmpty() ? worn : taken(candidates, chance);
    Fleet.Mover silent = candidates.isEmpty() ? slow : taken(candidates, chance);
    Instant burst =
        site.until()
            .minus(Duration.ofDays(1 + (long) (days * chance.between(0.02, 0.3))))
            .truncatedTo(ChronoUnit.HOURS);
    return new Plants(
        Optional.of(
            new WornDrive(worn.key(), today.minusDays(days), today.minusDays(1 + days / 8))),
        Optional.of(
            new BadTape(
                crowded,
                StorageGroup.EXPERIMENTS.get(0).name(),
                today.minusDays(days / 2),
                today.minusDays(days / 16))),
        Optional.of(new SlowDrive(slow.key(), today.minusDays(days / 4 + chance.below(5)))),
        Optional.of(
            new SilentMover(
                silent.key(), site.until().minus(Duration.ofHours(30 + chance.below(60))))),
        Optional.of(
            new ErrorBurst(
                slow.family().library(), burst, burst.plus(Duration.ofHours(2 + chance.below(4))))),
        Optional.of(today.minusDays(3 + chance.below(5))));
  }

  private static Fleet.Mover taken(List<Fleet.Mover> candidates, Chance chance) {
    return candidates.remove(chance.below(candidates.size()));
  }

  /** How worn a mover's drive is on a day, from 0 to 1. */
  double wear(String mover, LocalDate day) {
    return wornDrive.map(worn -> worn.wear(mover, day)).orElse(0.0);
  }

  /** The speed of a mover's drive on a day; 1 is the speed it should have. */
  double speed(String mover, LocalDate day) {
    double worn = 1 - (1 - WORST_SPEED) * wear(mover, day);
    boolean slow =
        slowDrive
            .filter(drive -> drive.mover().equals(mover) && !day.isBefore(drive.from()))
            .isPresent();
    return slow ? worn * SLOW_SPEED : worn;
  }

  /** How many times as many errors as a sound drive a mover's drive corrects on a day. */
  double errorFactor(String mover, LocalDate day) {
    return StrictMath.pow(WORST_ERROR_FACTOR, wear(mover, day));
  }

  /** The share of a mover's mounts that fail on a day. */
  double mountFailures(String mover, LocalDate day, double ordinary) {
    double wear = wear(mover, day);
    return ordinary + (WORST_MOUNT_FAILURES - ordinary) * wear * wear;
  }

  /** Whether a mover does nothing at a moment. */
  boolean isSilent(String mover, long epochSecond) {
    return silentMover
        .filter(
            silent ->
                silent.mover().equals(mover) && epochSecond >= silent.since().getEpochSecond())
        .isPresent();
  }

  /** Whether a mover has another drive than at first. */
  boolean isReplaced(String mover, LocalDate day) {
    return wornDrive
        .filter(worn -> worn.mover().equals(mover) && !day.isBefore(worn.replaced()))
        .isPresent();
  }
}
