package org.enstore.accounting.series;

/** What an asker insists on. */
public enum Demand {
  /** Numbers as old as the settings allow; a part of them rather than a long wait. */
  USUAL,
  /** As usual, but all of them or none, as an alert rule needs. */
  WHOLE,
  /** All of them, and those that may still change read again for this question. */
  FRESH
}
