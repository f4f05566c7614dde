package org.enstore.accounting.outlook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tells drive from tape: a drive that fails with two tapes, neither of which fails in another
 * drive, is suspected, and a tape that fails in two drives.
 */
public final class RuleOfTwo {
  private static final int TWO = 2;

  private RuleOfTwo() {}

  /** One error with both that took part in it. */
  public record Meeting(String drive, String tape) {}

  /** Who is to blame. */
  public enum Culprit {
    DRIVE,
    TAPE,
    /** One drive with one tape: either may be. */
    UNDECIDED
  }

  /**
   * A unit, or a pair of them, that errors point to.
   *
   * @param culprit what it is
   * @param name the drive, the tape, or the drive of a pair
   * @param partners the tapes or drives that it had errors with, in order
   */
  public record Suspect(Culprit culprit, String name, List<String> partners) {
    public Suspect {
      partners = List.copyOf(partners);
    }

    /** The suspicion in words. */
    public String words() {
      String with = String.join(", ", partners);
      return switch (culprit) {
        case DRIVE ->
            String.format(
                Locale.ROOT, "Drive %s: errors with %d tapes: %s", name, partners.size(), with);
        case TAPE ->
            String.format(
                Locale.ROOT, "Tape %s: errors in %d drives: %s", name, partners.size(), with);
        case UNDECIDED -> "Drive " + name + " or tape " + with + ": try the tape in another drive";
      };
    }
  }

  /** Suspected tapes, then drives, then undecided pairs, each by name. */
  public static List<Suspect> suspects(List<Meeting> errors) {
    Map<String, Set<String>> drivesOf = new TreeMap<>();
    Map<String, Set<String>> tapesOf = new TreeMap<>();
    for (Meeting error : errors) {
      drivesOf.computeIfAbsent(error.tape(), tape -> new TreeSet<>()).add(error.drive());
    }
    List<Suspect> suspects = new ArrayList<>();
    drivesOf.forEach(
        (tape, drives) -> {
          if (drives.size() >= TWO) {
            suspects.add(new Suspect(Culprit.TAPE, tape, List.copyOf(drives)));
          } else {
            drives.forEach(
                drive -> tapesOf.computeIfAbsent(drive, key -> new TreeSet<>()).add(tape));
          }
        });
    List<Suspect> pairs = new ArrayList<>();
    tapesOf.forEach(
        (drive, tapes) ->
            (tapes.size() >= TWO ? suspects : pairs)
                .add(
                    new Suspect(
                        tapes.size() >= TWO ? Culprit.DRIVE : Culprit.UNDECIDED,
                        drive,
                        List.copyOf(tapes))));
    suspects.addAll(pairs);
    return suspects;
  }
}
