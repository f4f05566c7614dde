package org.enstore.accounting.series;

import org.enstore.accounting.measure.Step;

/** The time resolution that numbers are read and kept at. Finer grains first. */
public enum Grain {
  MINUTE,
  HOUR,
  DAY;

  /** The coarsest grain from which buckets of width {@code step} can be added up exactly. */
  public static Grain of(Step step) {
    if (step.isCalendar()) {
      return DAY;
    }
    return step.compareTo(Step.HOUR_1) >= 0 ? HOUR : MINUTE;
  }
}
