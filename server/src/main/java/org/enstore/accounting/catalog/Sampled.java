package org.enstore.accounting.catalog;

import java.time.Duration;

/**
 * A level that a table holds samples of: the quantities of one of its columns.
 *
 * @param latest the last sample of a cell
 * @param at when that was, in microseconds since the epoch; the same for all levels of a table
 */
public record Sampled(Quantity latest, Quantity at) {
  /** The level {@code id} of the dataset {@code dataset}. */
  static Sampled of(String dataset, String id) {
    return new Sampled(
        new Quantity(id, Combination.LATEST), new Quantity(dataset + "At", Combination.MAXIMUM));
  }

  /** How many there are, taken to be true for {@code holds}. */
  Measure level(String name, String help, Duration holds) {
    return measure(name, help, Kind.LEVEL, holds);
  }

  /** How many bytes there are, taken to be true for {@code holds}. */
  Measure levelOfBytes(String name, String help, Duration holds) {
    return measure(name, help, Kind.LEVEL_BYTES, holds);
  }

  private Measure measure(String name, String help, Kind kind, Duration holds) {
    return new Measure(latest.id(), name, help, kind, new Formula.Latest(latest, at, holds));
  }
}
