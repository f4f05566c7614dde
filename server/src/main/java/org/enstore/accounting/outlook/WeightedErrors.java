package org.enstore.accounting.outlook;

import org.apache.commons.statistics.distribution.TDistribution;

/** Errors at one distance, each with its weight; made for use over and over again. */
final class WeightedErrors {
  /** So few independent errors give a band that is at least this much more uncertain. */
  private static final int FEWEST_DEGREES = 4;

  private static final int MOST_DEGREES = 40;

  /**
   * By degrees of freedom, how many deviations from the middle a tail begins; at 0, of infinite.
   */
  private static final double[] TAIL_10 = tails(0.1, 1.2816);

  private static final double[] TAIL_2_5 = tails(0.025, 1.96);

  private final double[] errors;
  private final double[] weights;
  private int count;
  private double total;

  WeightedErrors(int most) {
    errors = new double[most];
    weights = new double[most];
  }

  private static double[] tails(double share, double normal) {
    double[] tails = new double[MOST_DEGREES + 1];
    tails[0] = normal;
    for (int degrees = FEWEST_DEGREES; degrees <= MOST_DEGREES; degrees++) {
      tails[degrees] = TDistribution.of(degrees).inverseSurvivalProbability(share);
    }
    return tails;
  }

  void clear() {
    count = 0;
    total = 0;
  }

  int count() {
    return count;
  }

  void add(double error, double weight) {
    errors[count] = error;
    weights[count] = weight;
    total += weight;
    count++;
  }

  /** Brings the errors into their order, which {@link #quantile} asks for. */
  void sort() {
    for (int gap = firstGap(); gap > 0; gap /= 3) {
      for (int i = gap; i < count; i++) {
        double error = errors[i];
        double weight = weights[i];
        int to = i;
        for (; to >= gap && errors[to - gap] > error; to -= gap) {
          errors[to] = errors[to - gap];
          weights[to] = weights[to - gap];
        }
        errors[to] = error;
        weights[to] = weight;
      }
    }
  }

  private int firstGap() {
    int gap = 1;
    while (gap < count / 3) {
      gap = gap * 3 + 1;
    }
    return gap;
  }

  /** The error below which {@code share} of the weight lies, half of its own included. */
  double quantile(double share) {
    double wanted = share * total;
    double below = 0;
    double place = 0;
    for (int i = 0; i < count; i++) {
      double next = below + weights[i] / 2;
      if (wanted <= next) {
        return i == 0
            ? errors[0]
            : errors[i - 1] + (wanted - place) / (next - place) * (errors[i] - errors[i - 1]);
      }
      place = next;
      below += weights[i];
    }
    return errors[count - 1];
  }

  double rootMeanSquare() {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i] * errors[i] * errors[i];
    }
    return Math.sqrt(sum / total);
  }

  /**
   * How much wider than its quantiles a band must be because only so many independent errors are
   * known: as much as Student's distribution is wider than the normal one.
   */
  static double widening(Band band, int independent) {
    double[] tails = tails(band);
    return tails[degrees(independent)] / tails[0];
  }

  /**
   * How many root mean squares a band must reach on either side, when there are too few errors for
   * its quantile to be among them; 0 when there are enough.
   */
  static double least(Band band, int errors, int independent) {
    return errors >= band.fewestErrors() ? 0 : tails(band)[degrees(independent)];
  }

  private static double[] tails(Band band) {
    return band == Band.HOLDS_80 ? TAIL_10 : TAIL_2_5;
  }

  private static int degrees(int independent) {
    return Math.max(FEWEST_DEGREES, Math.min(MOST_DEGREES, independent - 1));
  }
}
