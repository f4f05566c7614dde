package org.enstore.accounting.series;

import java.util.List;

/**
 * The answer to a {@link RiskQuery}.
 *
 * @param units the one most at risk first
 * @param suspects tapes, then drives, then pairs of them
 * @param notices what the reader should know
 * @param executed what was read from where
 */
public record RiskAnswer(
    List<Unit> units, List<Suspect> suspects, List<Notice> notices, String executed) {
  public RiskAnswer {
    units = List.copyOf(units);
    suspects = List.copyOf(suspects);
    notices = List.copyOf(notices);
  }

  /**
   * A mover.
   *
   * @param mover its name
   * @param driveType whose movers are its peers
   * @param score comparable between movers and days; one point is a factor of e
   * @param reasons in words; that there are none if so
   * @param advice what to do next
   * @param errors how many there were of drive, tape and robot
   * @param transfers how many
   * @param relativeSpeed of its drive beside its peers' on the same days; NaN if not known
   */
  public record Unit(
      String mover,
      String driveType,
      double score,
      String reasons,
      String advice,
      long errors,
      long transfers,
      double relativeSpeed) {}

  /**
   * What errors point to.
   *
   * @param culprit drive, tape or undecided
   * @param name of the drive or tape, of a pair the drive
   * @param partners the tapes or drives that it had errors with
   * @param words the suspicion
   */
  public record Suspect(String culprit, String name, String partners, String words) {}
}
