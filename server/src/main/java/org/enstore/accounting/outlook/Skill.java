package org.enstore.accounting.outlook;

/**
 * How good a forecast was when its past was replayed.
 *
 * @param error mean absolute error, in the unit of the values; NaN without an origin
 * @param naiveError that of the last season again at the same places
 * @param origins how many moments of the past were replayed
 * @param firstOrigin the first of them, as the index of the bucket it did not know yet
 * @param lastOrigin the last of them
 */
public record Skill(double error, double naiveError, int origins, int firstOrigin, int lastOrigin) {
  /** The share of the seasonal naive error that is saved, at most 1; 0 if there was no error. */
  public double saved() {
    return naiveError > 0 ? 1 - error / naiveError : 0;
  }
}
