package org.enstore.accounting.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whether a story agrees with itself, and whether what is planted is in it. */
class StoryTest {
  private static final ZoneId CHICAGO = ZoneId.of("America/Chicago");
  private static final Instant NOW = Instant.parse("2026-03-20T18:00:00Z");
  private static final int SEEDS = 50;
  private static final int DAYS = 100;

  /** A story told to its end. */
  private record Told(
      Story story, List<Transfer> transfers, List<Mount> mounts, List<Failure> failures) {

    static Told of(Site site, Plants plants) {
      Told told =
          new Told(
              new Story(site, plants), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (LocalDate day = site.from(); !day.isAfter(site.today()); day = day.plusDays(1)) {
        told.add(told.story.tell(day));
      }
      told.add(told.story.rest());
      return told;
    }

    private void add(Story.Day day) {
      transfers.addAll(day.transfers());
      mounts.addAll(day.mounts());
      failures.addAll(day.failures());
    }

    List<Transfer> transfersOf(String mover, Predicate<LocalDate> when) {
      SiteClock clock = new SiteClock(story.site().zone());
      return transfers.stream()
          .filter(one -> one.moverKey().equals(mover) && when.test(clock.day(one.epochSecond())))
          .toList();
    }
  }

  private static Site site(long seed) {
    return new Site(CHICAGO, NOW.atZone(CHICAGO).toLocalDate().minusDays(DAYS), NOW, 24, 260, seed);
  }

  @Test
  void mount_hasItsTransfers() {
    Told told = Told.of(site(1), Plants.all(site(1)));
    IdentityHashMap<Mount, long[]> sums = new IdentityHashMap<>();
    for (Transfer transfer : told.transfers()) {
      if (transfer.mount().isEmpty()) {
        assertThat(transfer.driver()).isNotEqualTo("FTTDriver");
        continue;
      }
      Mount mount = transfer.mount().get();
      assertThat(transfer.epochSecond()).isBetween(mount.mounted(), mount.dismountStart());
      assertThat(transfer.moverKey()).isEqualTo(mount.moverKey());
      assertThat(transfer.storageGroup()).isEqualTo(mount.storageGroup());
      assertThat(transfer.driveSerial()).isEqualTo(mount.driveSerial());
      long[] sum = sums.computeIfAbsent(mount, key -> new long[4]);
      sum[transfer.reads() ? 0 : 1]++;
      sum[transfer.reads() ? 2 : 3] += transfer.sizeBytes();
    }
    List<Mount> done = told.mounts().stream().filter(mount -> !mount.isFailed()).toList();
    assertThat(sums).hasSameSizeAs(done).isNotEmpty();
    for (Mount mount : done) {
      assertThat(sums.get(mount))
          .containsExactly(mount.reads(), mount.writes(), mount.bytesRead(), mount.bytesWritten());
    }
    assertThat(told.mounts()).anyMatch(Mount::isFailed);
  }

  @Test
  void times_comeInOrder_andNoDriveHasTwoTapesNorATapeTwoDrives() {
    Told told = Told.of(site(2), Plants.all(site(2)));
    for (Mount mount : told.mounts()) {
      assertThat(mount.mounted()).isGreaterThanOrEqualTo(mount.start());
      assertThat(mount.dismountStart()).isGreaterThanOrEqualTo(mount.mounted());
      assertThat(mount.dismounted()).isGreaterThanOrEqualTo(mount.dismountStart());
    }
    assertApart(told.mounts(), Mount::moverKey);
    assertApart(told.mounts(), Mount::label);
  }

  private static void assertApart(List<Mount> mounts, Function<Mount, String> key) {
    Map<String, List<Mount>> groups = mounts.stream().collect(Collectors.groupingBy(key));
    groups.forEach(
        (name, group) -> {
          List<Mount> sorted =
              group.stream().sorted(Comparator.comparingLong(Mount::start)).toList();
          for (int i = 1; i < sorted.size(); i++) {
            assertThat(sorted.get(i).start())
                .as("%s at %s", name, Instant.ofEpochSecond(sorted.get(i).start()))
                .isGreaterThanOrEqualTo(sorted.get(i - 1).dismounted());
          }
        });
  }

  @Test
  void tapes_belongToOneGroup_fillUp_andAreReadOnlyAfterTheyWereWritten() {
    Told told = Told.of(site(3).withTransfersPerDay(1_000), Plants.none());
    Map<String, Set<String>> groups = new HashMap<>();
    for (Mount mount : told.mounts()) {
      groups
          .computeIfAbsent(mount.label(), label -> new HashSet<>())
          .add(mount.storageGroup() + " " + mount.library());
    }
    assertThat(groups.values()).allMatch(names -> names.size() == 1);
    assertThat(told.story().store().tapes())
        .allSatisfy(
            tape -> {
              assertThat(tape.bytes()).isBetween(0L, tape.family().capacityBytes());
              assertThat(tape.isFull()).isEqualTo(tape.fullSecond() >= 0);
              assertThat(tape.declaredSecond()).isLessThan(tape.firstSecond());
            })
        .extracting(Tape::label)
        .doesNotHaveDuplicates();
    Set<String> written = new HashSet<>();
    long start = new SiteClock(CHICAGO).start(told.story().site().from());
    told.story().store().tapes().stream()
        .filter(tape -> tape.firstSecond() < start)
        .forEach(tape -> written.add(tape.label()));
    for (Transfer transfer : told.transfers()) {
      if (transfer.mount().isPresent()) {
        String label = transfer.mount().get().label();
        if (transfer.reads()) {
          assertThat(written).contains(label);
        } else {
          written.add(label);
        }
      }
    }
    assertThat(told.story().store().tapes())
        .filteredOn(tape -> tape.fullSecond() > start)
        .as("tapes filled meanwhile")
        .isNotEmpty();
  }

  @Test
  void sameSite_hasTheSameStory() {
    Told one = Told.of(site(4), Plants.usual(site(4)));
    Told other = Told.of(site(4), Plants.usual(site(4)));
    assertThat(other.transfers()).hasSameSizeAs(one.transfers());
    for (int i = 0; i < one.transfers().size(); i++) {
      Transfer here = one.transfers().get(i);
      Transfer there = other.transfers().get(i);
      assertThat(there.sizeBytes()).isEqualTo(here.sizeBytes());
      assertThat(there.rates()).isEqualTo(here.rates());
      assertThat(there.mount().map(Mount::label)).isEqualTo(here.mount().map(Mount::label));
    }
  }

  @Test
  void everythingPlanted_isThere_whateverTheSeed() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Site site = site(seed);
      Plants plants = Plants.all(site);
      Told told = Told.of(site, plants);
      String as = "seed " + seed + ", " + plants;
      assertWorn(told, plants.wornDrive().orElseThrow(), as);
      assertBadTape(told, as);

      Plants.SlowDrive slow = plants.slowDrive().orElseThrow();
      double before = rate(told.transfersOf(slow.mover(), day -> day.isBefore(slow.from())));
      double after = rate(told.transfersOf(slow.mover(), day -> !day.isBefore(slow.from())));
      assertThat(after / before).as(as).isBetween(0.4, 0.6);

      Plants.SilentMover silent = plants.silentMover().orElseThrow();
      assertThat(told.transfersOf(silent.mover(), day -> true))
          .as(as)
          .isNotEmpty()
          .allMatch(one -> one.epochSecond() < silent.since().getEpochSecond());

      Plants.ErrorBurst burst = plants.errorBurst().orElseThrow();
      assertThat(told.failures())
          .as(as)
          .filteredOn(
              one ->
                  one.library().equals(burst.library())
                      && one.epochSecond() >= burst.start().getEpochSecond()
                      && one.epochSecond() < burst.end().getEpochSecond())
          .hasSizeGreaterThan(60);
      assertThat(plants.summarisedUntil().orElseThrow()).as(as).isBefore(site.today());
      assertThat(List.of(plants.wornDrive().get().mover(), slow.mover(), silent.mover()))
          .as(as)
          .doesNotHaveDuplicates();
    }
  }

  private static void assertWorn(Told told, Plants.WornDrive worn, String as) {
    SiteClock clock = new SiteClock(told.story().site().zone());
    LocalDate lastWeek = worn.replaced().minusDays(10);
    List<Mount> own =
        told.mounts().stream().filter(one -> one.moverKey().equals(worn.mover())).toList();
    double sound = errorsPerGigabyte(own, day -> day.isBefore(worn.from().plusDays(10)), clock);
    double bad =
        errorsPerGigabyte(
            own, day -> !day.isBefore(lastWeek) && day.isBefore(worn.replaced()), clock);
    double cured = errorsPerGigabyte(own, day -> !day.isBefore(worn.replaced()), clock);
    assertThat(bad).as(as).isGreaterThan(20 * sound).isGreaterThan(20 * cured);
    assertThat(own.stream().map(Mount::driveSerial).distinct()).as(as).hasSize(2);
    double fast =
        rate(told.transfersOf(worn.mover(), day -> day.isBefore(worn.from().plusDays(10))));
    double slow =
        rate(
            told.transfersOf(
                worn.mover(), day -> !day.isBefore(lastWeek) && day.isBefore(worn.replaced())));
    assertThat(slow / fast).as(as).isLessThan(0.75);
  }

  private static void assertBadTape(Told told, String as) {
    String label = told.story().badTape().orElseThrow();
    assertThat(
            told.failures().stream()
                .filter(one -> one.type().equals("READ_ERROR"))
                .filter(one -> one.mount().filter(on -> on.label().equals(label)).isPresent())
                .map(one -> one.mount().orElseThrow().driveSerial())
                .distinct())
        .as(as)
        .hasSizeGreaterThan(1);
  }

  private static double errorsPerGigabyte(
      List<Mount> mounts, Predicate<LocalDate> when, SiteClock clock) {
    double errors = 0;
    double bytes = 0;
    for (Mount mount : mounts) {
      // What the bad tape did is no fault of the drive.
      if (when.test(clock.day(mount.mounted()))
          && mount.errorFactor() <= Plants.WORST_ERROR_FACTOR) {
        errors += mount.correctedReadErrors() + mount.correctedWriteErrors();
        bytes += mount.bytesRead() + mount.bytesWritten();
      }
    }
    return errors / (bytes / 1e9);
  }

  /** The mean of the drive's rates for files of some size, without marks. */
  private static double rate(List<Transfer> transfers) {
    return transfers.stream()
        .filter(one -> one.sizeBytes() > 100_000_000 && one.driveBytesPerSecond() > 0)
        .mapToLong(Transfer::driveBytesPerSecond)
        .average()
        .orElse(Double.NaN);
  }
}
