package org.enstore.accounting.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How a measure is made of quantities. */
public sealed interface Formula {
  /** The quantities that it is made of. */
  List<Quantity> quantities();

  /** What is not zero in a cell of which a row counts; empty where every row counts. */
  default Optional<Quantity> witness() {
    return Optional.empty();
  }

  /** Whether it is told of each key of the table by itself, before keys are added up. */
  default boolean isOfKeys() {
    return false;
  }

  /** The dimension that holds the bins of a histogram, where it is made of one. */
  default Optional<Dimension> bins() {
    return Optional.empty();
  }

  /** The sum of {@code quantity}. */
  record Total(Quantity quantity) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity);
    }
  }

  /** The sum of {@code quantity} divided by the seconds that passed. */
  record PerSecond(Quantity quantity) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity);
    }
  }

  /** The mean of {@code quantity} over {@code count}, of which every row counts. */
  record Mean(Quantity quantity, Quantity count) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity, count);
    }
  }

  /** {@code quantity} divided by {@code seconds}, a sum of doubles that rows may lack. */
  record Speed(Quantity quantity, Quantity seconds) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity, seconds);
    }

    @Override
    public Optional<Quantity> witness() {
      return Optional.of(seconds);
    }
  }

  /** {@code part} by {@code whole}, times {@code factor}; unknown where the whole is zero. */
  record Ratio(Quantity part, Quantity whole, long factor) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(part, whole);
    }

    @Override
    public Optional<Quantity> witness() {
      return Optional.of(whole);
    }
  }

  /**
   * What was sampled last, of each key of the table its own, added up over keys. A key counts as
   * long as its sample is at most {@code holds} older than the newest one.
   *
   * @param quantity the latest one
   * @param at when it was sampled, in microseconds since the epoch: a maximum
   * @param holds for how long a sample is taken to be true
   */
  record Latest(Quantity quantity, Quantity at, Duration holds) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity, at);
    }

    @Override
    public boolean isOfKeys() {
      return true;
    }
  }

  /** The highest sample of each key of the table, added up over keys. */
  record HighestOfKeys(Quantity quantity) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity);
    }

    @Override
    public boolean isOfKeys() {
      return true;
    }
  }

  /** The largest of {@code quantity}, which is a maximum. */
  record Largest(Quantity quantity) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(quantity);
    }

    @Override
    public Optional<Quantity> witness() {
      return Optional.of(quantity);
    }
  }

  /**
   * What {@code part} of the rows do not exceed, told from how many of them, by {@code count}, lie
   * in which of the bins that {@code dimension} holds.
   */
  record Quantile(double part, Dimension dimension, Quantity count) implements Formula {
    @Override
    public List<Quantity> quantities() {
      return List.of(count);
    }

    @Override
    public Optional<Dimension> bins() {
      return Optional.of(dimension);
    }
  }
}
