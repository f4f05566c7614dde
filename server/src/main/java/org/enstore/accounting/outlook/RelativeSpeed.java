package org.enstore.accounting.outlook;

import java.util.Arrays;
import java.util.List;

/**
 * A unit's speed beside that of its peers on the same days, so that a day of small files, which is
 * slow for all, is no reason to blame one.
 */
public final class RelativeSpeed {
  /** Below it a unit is very slow. */
  public static final double VERY_SLOW = 0.667;

  /** Below it a unit is slow. */
  public static final double SLOW = 0.8;

  private static final int FEWEST_PEERS = 2;

  private RelativeSpeed() {}

  /**
   * The median over the days of the unit's speed divided by its peers' median on that day; NaN if
   * there is no day on which it and two peers worked.
   *
   * @param own by day, NaN where it did not work
   * @param peers of each peer, by day like {@code own}
   */
  public static double of(double[] own, List<double[]> peers) {
    double[] ratios = new double[own.length];
    int days = 0;
    for (int day = 0; day < own.length; day++) {
      double usual = median(peers, day);
      if (!Double.isNaN(own[day]) && usual > 0) {
        ratios[days++] = own[day] / usual;
      }
    }
    return days == 0 ? Double.NaN : median(ratios, days);
  }

  private static double median(List<double[]> peers, int day) {
    double[] speeds =
        peers.stream()
            .mapToDouble(peer -> peer[day])
            .filter(speed -> !Double.isNaN(speed))
            .toArray();
    return speeds.length < FEWEST_PEERS ? Double.NaN : median(speeds, speeds.length);
  }

  private static double median(double[] values, int count) {
    Arrays.sort(values, 0, count);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
  }
}
