package org.enstore.accounting.outlook;

import java.util.Locale;

/**
 * Why a unit is thought to be at risk.
 *
 * @param kind which sort of reason
 * @param what the kind of errors; empty for speed
 * @param per the unit of work of the rates
 * @param errors how many errors, fading; 0 for speed
 * @param work how much work, fading; 0 for speed
 * @param times how many times its peers' the unit's rate is, shrunken; its relative speed if that
 *     is the reason
 * @param certainty the probability that the true rate is above its peers', 0 to 1
 * @param points what it adds to the score
 */
public record Reason(
    Kind kind,
    String what,
    String per,
    double errors,
    double work,
    double times,
    double certainty,
    double points) {
  /** Sorts of reasons. */
  public enum Kind {
    /** More errors for its work than its peers. */
    ERRORS,
    /** Below 0.8 of its peers' speed. */
    SLOW,
    /** Below 0.667 of its peers' speed. */
    VERY_SLOW
  }

  /** The reason in words. */
  public String words() {
    return kind == Kind.ERRORS
        ? String.format(
            Locale.ROOT,
            "%s per %s %s times its peers' (%s in %s %s lately)",
            what,
            per,
            amount(times),
            amount(errors),
            amount(work),
            per)
        : String.format(Locale.ROOT, "speed %.2f of its type's", times);
  }

  private static String amount(double value) {
    return String.format(Locale.ROOT, value >= 10 ? "%.0f" : "%.1f", value);
  }
}
