package org.enstore.accounting.outlook;

import java.util.List;

/**
 * One unit's place among those at risk.
 *
 * @param name of the unit
 * @param type of the unit
 * @param score sum of the reasons' points and some that are no reason to worry; comparable between
 *     units and days. One point is a factor of e
 * @param reasons those that stand out, the weightiest first; none if the unit is like its peers
 */
public record UnitRisk(String name, String type, double score, List<Reason> reasons) {
  public UnitRisk {
    reasons = List.copyOf(reasons);
  }

  /** The reasons in words; that there are none if so. */
  public String words() {
    return reasons.isEmpty()
        ? "like its peers"
        : String.join("; ", reasons.stream().map(Reason::words).toList());
  }

  /** What to do next. */
  public String advice() {
    boolean bad = reasons.stream().anyMatch(reason -> reason.kind() == Reason.Kind.VERY_SLOW);
    long errors = reasons.stream().filter(reason -> reason.kind() == Reason.Kind.ERRORS).count();
    if (reasons.isEmpty()) {
      return "Nothing.";
    }
    if (bad || errors >= 2) {
      return "Take it out of service, clean and test it; replace it if the errors come back.";
    }
    return errors == 1
        ? "Look at whether the errors follow it or its partners, and clean it."
        : "Compare its load and connection with its peers', and look again tomorrow.";
  }
}
