package org.enstore.accounting.outlook;

/**
 * Errors of one kind of one unit, and the work in which they happened; both fade alike, see {@link
 * FadingCount}.
 *
 * @param what what the errors are, as "corrected write errors"
 * @param errors how many, at least 0; fractions where old ones count less
 * @param per the unit of the work, as "GB" or "mounts"
 * @param work how much, at least 0
 */
public record ErrorCount(String what, double errors, String per, double work) {
  public ErrorCount {
    if (!(errors >= 0) || !(work >= 0)) {
      throw new IllegalArgumentException(what + ": errors and work must be >= 0");
    }
  }
}
