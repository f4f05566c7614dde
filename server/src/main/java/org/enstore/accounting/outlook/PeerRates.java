package org.enstore.accounting.outlook;

import java.util.Comparator;
import java.util.List;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * The usual rate of one kind of error among peers. What is thought of a unit before it has done any
 * work is a gamma distribution around it, which one error of its own weighs as much as. The tenth
 * with the highest rates is left out, so that units that are failing do not make failing usual.
 *
 * @param mean errors for each unit of work, above 0
 */
record PeerRates(double mean) {
  private static final double LEFT_OUT = 0.1;

  /** Of three peers one may be failing; of two nobody knows which. */
  private static final int FEWEST = 3;

  /** The shape of the gamma distribution: for so many errors the peers speak. */
  private static final double SHAPE = 1;

  /** Of all units of a type. */
  static PeerRates of(List<ErrorCount> peers) {
    List<ErrorCount> working =
        peers.stream()
            .filter(count -> count.work() > 0)
            .sorted(Comparator.comparingDouble(count -> count.errors() / count.work()))
            .toList();
    int out = working.size() < FEWEST ? 0 : (int) Math.ceil(LEFT_OUT * working.size());
    double errors = 0;
    double work = 0;
    for (ErrorCount count : working.subList(0, working.size() - out)) {
      errors += count.errors();
      work += count.work();
    }
    // Without any error the rate is below one in all of the work: half of that.
    return new PeerRates(work > 0 ? Math.max(errors, 0.5) / work : 1);
  }

  /** How many times its peers' a unit's rate is thought to be, above 0. */
  double times(ErrorCount count) {
    return (count.errors() + SHAPE) / (count.work() * mean + SHAPE);
  }

  /** The probability that a unit's rate is above its peers' mean. */
  double certainty(ErrorCount count) {
    double scale = 1 / (count.work() + SHAPE / mean);
    return GammaDistribution.of(count.errors() + SHAPE, scale).survivalProbability(mean);
  }
}
