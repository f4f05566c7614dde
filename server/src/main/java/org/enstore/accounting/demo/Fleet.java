package org.enstore.accounting.demo;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The movers of the demo's site over its history: generations of tape drives that arrive and
 * retire, disk movers, null movers, and a few whose names the summary spoils.
 */
final class Fleet {
  private static final double MIB = 1 << 20;

  /** What a mover writes to. */
  enum Kind {
    TAPE("FTTDriver"),
    DISK("DiskDriver"),
    NULL("NullDriver");

    private final String driver;

    Kind(String driver) {
      this.driver = driver;
    }

    String driver() {
      return driver;
    }
  }

  /** A generation of movers that share a library and a kind of drive. */
  record Family(
      Kind kind,
      String library,
      String driveId,
      String mediaType,
      String mediaChanger,
      String tapeLibrary,
      double bytesPerSecond,
      double weight) {

    /** Whether only tests of the system use it, by Enstore's habit of naming such libraries. */
    boolean isForTests() {
      return kind == Kind.NULL || library.endsWith("T");
    }

    /** How much one of its tapes holds. */
    long capacityBytes() {
      return switch (mediaType) {
        case "LTO4" -> 800_000_000_000L;
        case "T10000T2D" -> 8_400_000_000_000L;
        case "M8" -> 9_000_000_000_000L;
        case "L8" -> 12_000_000_000_000L;
        case "L9" -> 18_000_000_000_000L;
        default -> Long.MAX_VALUE;
      };
    }

    /** What its tapes' labels begin with; no other family's begin so. */
    String labelPrefix() {
      return switch (library) {
        case "CD-LTO4G1" -> "VO";
        case "CD-10KDF1" -> "VP";
        case "CD-LTO8G1" -> "VR";
        case "CD-LTO8F1" -> "VS";
        case "TFF2-LTO9" -> "VT";
        default -> "VX";
      };
    }

    String labelSuffix() {
      return switch (mediaType) {
        case "LTO4" -> "L4";
        case "T10000T2D" -> "T2";
        default -> mediaType;
      };
    }

    String vendor() {
      return mediaType.startsWith("T1") ? "STK" : mediaType.equals("LTO4") ? "HP" : "IBM";
    }

    String firmware() {
      return switch (mediaType) {
        case "LTO4" -> "U64S";
        case "T10000T2D" -> "RD5.60";
        case "L9" -> "Q3F5";
        default -> "N9M2";
      };
    }
  }

  /**
   * One mover.
   *
   * @param from its first day of service
   * @param until the day after its last
   * @param weight how often it is chosen, compared with others
   */
  record Mover(
      String key,
      String logname,
      Family family,
      String driveSerial,
      String address,
      LocalDate from,
      LocalDate until,
      double weight) {

    boolean serves(LocalDate day) {
      return !day.isBefore(from) && day.isBefore(until);
    }
  }

  private static final Family LTO4 =
      new Family(
          Kind.TAPE,
          "CD-LTO4G1",
          "ULTRIUM-TD4",
          "LTO4",
          "SL8500G1.media_changer",
          "GCC-G1 SL8500",
          110 * MIB,
          0.6);
  private static final Family T10KD =
      new Family(
          Kind.TAPE,
          "CD-10KDF1",
          "T10000D",
          "T10000T2D",
          "SL8500F1.media_changer",
          "FCC-F1 SL8500",
          240 * MIB,
          1.2);
  private static final Family LTO8_G1 =
      new Family(
          Kind.TAPE,
          "CD-LTO8G1",
          "ULT3580-TD8",
          "M8",
          "TS4500G1.media_changer",
          "GCC-G1 IBM TS4500",
          300 * MIB,
          1.8);
  private static final Family LTO8_F1 =
      new Family(
          Kind.TAPE,
          "CD-LTO8F1",
          "ULT3580-TD8",
          "L8",
          "TS4500F1.media_changer",
          "FCC-F1 IBM TS4500",
          330 * MIB,
          1.8);
  private static final Family LTO9 =
      new Family(
          Kind.TAPE,
          "TFF2-LTO9",
          "ULT3580-TD9",
          "L9",
          "TFF2_A.media_changer",
          "FCC-F2 TFinity Partition A",
          380 * MIB,
          2.6);
  private static final Family DISK =
      new Family(Kind.DISK, "CD-DiskSF1", "Unknown", "disk", "UNKNOWN", "disk", 600 * MIB, 3.5);
  private static final Family NULL =
      new Family(Kind.NULL, "null1", "Unknown", "null", "UNKNOWN", "null", 900 * MIB, 0.25);
  private static final Family ODD =
      new Family(
          Kind.TAPE,
          "CD-LTO8G1T",
          "ULT3580-TD8",
          "M8",
          "TS4500G1.media_changer",
          "GCC-G1 IBM TS4500",
          300 * MIB,
          0.35);

  /** As many movers as {@link #of} can do with. */
  static final int FEWEST = 16;

  private final List<Mover> movers;

  private Fleet(List<Mover> movers) {
    this.movers = List.copyOf(movers);
  }

  List<Mover> movers() {
    return movers;
  }

  List<Mover> serving(LocalDate day) {
    return movers.stream().filter(mover -> mover.serves(day)).toList();
  }

  /** The fleet of a site, which is the same whenever it is asked for. */
  static Fleet of(Site site) {
    return of(site.movers(), site.from(), site.today().plusDays(1), site.seed());
  }

  /** A fleet of {@code count} movers that served at some time between two days. */
  static Fleet of(int count, LocalDate from, LocalDate until, long seed) {
    if (count < FEWEST) {
      throw new IllegalArgumentException(
          "The demo's site has at least " + FEWEST + " movers, not " + count + ".");
    }
    return new Assembly(from, until, Chance.of(seed, 1)).assemble(count);
  }

  /** The making of a fleet. Shares of time are of the whole history. */
  private static final class Assembly {
    private final LocalDate from;
    private final long days;
    private final Chance chance;
    private final List<Mover> movers = new ArrayList<>();

    Assembly(LocalDate from, LocalDate until, Chance chance) {
      this.from = from;
      this.days = ChronoUnit.DAYS.between(from, until);
      this.chance = chance;
    }

    Fleet assemble(int count) {
      // Keys whose end the summary's trimming eats into: two that only look odd afterwards, two
      // that become the same empty name, two that collide.
      add("LTO8_server.mover", ODD, 0, 1);
      add("LTO8_rov.mover", ODD, 0, 1);
      add("mover.mover", ODD, 0.3, 0.9);
      add("remover.mover", ODD, 0.4, 1);
      add("null1.mover", NULL, 0, 1);
      add("null4.mover", NULL, 0, 1);
      add("null4e.mover", NULL, 0, 1);
      for (int i = 1; i <= 2; i++) {
        add(String.format(Locale.ROOT, "LTO4_%03dA.mover", i), LTO4, 0, 0.1 + 0.05 * i);
      }
      int disks = Math.max(2, count / 10);
      for (int i = 1; i <= disks; i++) {
        add(String.format(Locale.ROOT, "diskSF1_%02d.mover", i), DISK, 0, 1);
      }
      int rest = count - movers.size();
      int old = rest / 4;
      int newest = rest / 4;
      int farm = rest / 5;
      for (int i = 1; i <= old; i++) {
        add(String.format(Locale.ROOT, "10KD_%03dA.mover", i), T10KD, 0, 0.4 + 0.4 * i / old);
      }
      for (int i = 1; i <= newest; i++) {
        add(String.format(Locale.ROOT, "TFF2L9_%03d.mover", i), LTO9, 0.5 + 0.25 * i / newest, 1);
      }
      for (int i = 1; i <= farm; i++) {
        add(String.format(Locale.ROOT, "L8F1_%03d.mover", i), LTO8_F1, 0.25 * i / farm, 1);
      }
      int main = rest - old - newest - farm;
      for (int i = 1; i <= main; i++) {
        add(String.format(Locale.ROOT, "L8G1_%03d.mover", i), LTO8_G1, 0, 1);
      }
      return new Fleet(movers);
    }

    private void add(String key, Family family, double firstShare, double lastShare) {
      int number = movers.size();
      String name = key.substring(0, key.length() - ".mover".length());
      // Disk movers alone do not follow the habit of name + MV.
      String logname =
          (family.kind() == Kind.DISK ? "DSK" + name.substring("disk".length()) : name) + "MV";
      String serial =
          family.kind() == Kind.TAPE
              ? String.format(
                  Locale.ROOT, "%010X", 0x0784_0000L + 977L * number + chance.below(900))
              : "0";
      movers.add(
          new Mover(
              key,
              logname,
              family,
              serial,
              "198.51.100." + (10 + number % 240),
              from.plusDays((long) (days * firstShare)),
              lastShare >= 1 ? LocalDate.MAX : from.plusDays((long) (days * lastShare)),
              family.weight() * chance.around(1, 0.35)));
    }
  }
}
