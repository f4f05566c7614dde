package org.enstore.accounting.outlook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells which values of a series are far from its usual ones. What it says of a value depends on
 * that value and those before it alone.
 *
 * <p><b>Four looks.</b> The value itself, the mean of the last twelve, the change from the value
 * before, and how much the last twelve moved: each as its distance from the median of the last
 * 2,000, in median absolute deviations. With a season, the median of the last eight values at the
 * same place in it is taken off first.
 *
 * <p><b>Rank.</b> How rarely was a distance reached in the series so far? The score is the mean of
 * the four rarities, as powers of ten. It needs no limit of its own for each series, and a value
 * that is odd in several ways is odder than one that is so in one.
 *
 * <p><b>Sensitivity.</b> A value is an alarm if its score was reached less often than the tolerated
 * number of false alarms asks for. As long as the series goes on as it was, that number is kept by
 * itself, whatever the values look like.
 *
 * <p><b>Episodes.</b> An alarm begins an episode, which ends when the values are back within the
 * band; for the next twelve values only a higher score begins another one. Scores themselves are
 * not repeated either: after a high one only a higher one counts, for a fifth of the series so far
 * and at most a month.
 */
public final class AnomalyDetector {
  private static final int WINDOW = 2000;
  private static final int SHORT_WINDOW = 12;

  /** Before so many values nothing has a usual distance, and before twice as many no rank. */
  private static final int FEWEST = 30;

  private static final int SEASONS = 8;
  private static final int FEWEST_SEASONS = 3;

  /** The part of the series so far in which a high score is not repeated. */
  private static final double QUIET = 0.2;

  /** A score so high, in powers of ten, is not repeated. */
  private static final double LOUD = 1.5;

  /** How much higher a score must be to count so soon after: twice as rare, in powers of ten. */
  private static final double RARER = 0.3;

  /** Buckets in a row within the band that end an episode. */
  private static final int BACK = 2;

  /** One in so many powers of ten of the past is the highest score there is. */
  private static final double HIGHEST = 5;

  private final int season;
  private final double share;
  private final int month;

  /**
   * @param season in buckets, 1 for none
   * @param falseAlarmsPerMonth how many false alarms of one series in a month are tolerated, above
   *     0
   * @param bucketsPerMonth how many values a month has, at least 1
   */
  public AnomalyDetector(int season, double falseAlarmsPerMonth, double bucketsPerMonth) {
    if (season < 1 || !(falseAlarmsPerMonth > 0) || !(bucketsPerMonth >= 1)) {
      throw new IllegalArgumentException(
          "The season must be >= 1, false alarms per month > 0 and buckets per month >= 1");
    }
    this.season = season;
    share = Math.min(0.5, falseAlarmsPerMonth / bucketsPerMonth);
    month = (int) Math.ceil(bucketsPerMonth);
  }

  /** How many values it takes until there can be an alarm at this sensitivity. */
  public int fewestValues() {
    return 2 * FEWEST + (int) Math.ceil(1 / share);
  }

  /**
   * Looks at {@code values}, oldest first; NaN is a value that is not known, and never an alarm.
   */
  public Anomalies of(double[] values) {
    int[] places = new int[values.length];
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        places[count++] = i;
      }
    }
    double[] usual = usual(values, places, count);
    double[] known = new double[count];
    for (int k = 0; k < count; k++) {
      known[k] = values[places[k]] - usual[k];
    }
    Distances own = new Distances(known);
    double[] rarity = new double[count];
    for (double[] look : List.of(means(known), changes(known), movements(known))) {
      add(rarity, new Distances(look).rarities());
    }
    add(rarity, own.rarities());
    return new Marks(values, places, usual, own, rarity).anomalies();
  }

  private static void add(double[] rarity, double[] more) {
    for (int k = 0; k < rarity.length; k++) {
      rarity[k] += more[k] / 4;
    }
  }

  /** By known value, the median of the last ones at the same place in the season; 0 without. */
  private double[] usual(double[] values, int[] places, int count) {
    double[] usual = new double[count];
    double[] same = new double[SEASONS];
    for (int k = 0; season > 1 && k < count; k++) {
      int found = 0;
      for (int back = 1; back <= SEASONS; back++) {
        int place = places[k] - back * season;
        if (place >= 0 && !Double.isNaN(values[place])) {
          same[found++] = values[place];
        }
      }
      if (found >= FEWEST_SEASONS) {
        Arrays.sort(same, 0, found);
        usual[k] = median(same, found);
      } else if (k > 0) {
        // The first weeks: what came before stands in, so that they do not stand out.
        usual[k] = values[places[k - 1]];
      } else {
        usual[k] = values[places[k]];
      }
    }
    return usual;
  }

  private static double median(double[] sorted, int count) {
    return count % 2 == 1
        ? sorted[count / 2]
        : sorted[count / 2 - 1] + (sorted[count / 2] - sorted[count / 2 - 1]) / 2;
  }

  private static double[] means(double[] values) {
    double[] means = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int from = Math.max(0, i + 1 - SHORT_WINDOW);
      double sum = 0;
      for (int k = from; k <= i; k++) {
        sum += values[k];
      }
      means[i] = sum / (i + 1 - from);
    }
    return means;
  }

  private static double[] changes(double[] values) {
    double[] changes = new double[values.length];
    for (int i = 1; i < values.length; i++) {
      changes[i] = values[i] - values[i - 1];
    }
    return changes;
  }

  /** Logarithms of the way that the last values went up and down. */
  private static double[] movements(double[] values) {
    double[] movements = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double way = Double.MIN_NORMAL;
      for (int k = Math.max(1, i + 1 - SHORT_WINDOW); k <= i; k++) {
        way += Math.abs(values[k] - values[k - 1]);
      }
      movements[i] = Math.log(way);
    }
    return movements;
  }

  /** Distances from the median so far, in median absolute deviations so far. */
  private static final class Distances {
    private final double[] middles;
    private final double[] spreads;
    private final double[] distances;

    Distances(double[] values) {
      middles = new double[values.length];
      spreads = new double[values.length];
      distances = new double[values.length];
      double middle = 0;
      double spread = 0;
      int due = FEWEST;
      for (int i = FEWEST; i < values.length; i++) {
        if (i == due) {
          double[] recent = Arrays.copyOfRange(values, Math.max(0, i - WINDOW), i);
          Arrays.sort(recent);
          middle = median(recent, recent.length);
          spread = spread(recent, middle);
          // One value more or less hardly moves the median of many.
          due = i + Math.max(1, recent.length / 100);
        }
        middles[i] = middle;
        spreads[i] = spread;
        double off = Math.abs(values[i] - middle);
        distances[i] = off == 0 ? 0 : off / Math.max(spread, Double.MIN_NORMAL);
      }
    }

    /** Where more than half of the values are one and the same, their standard deviation. */
    private static double spread(double[] sorted, double middle) {
      double[] off = new double[sorted.length];
      double squares = 0;
      for (int i = 0; i < sorted.length; i++) {
        off[i] = Math.abs(sorted[i] - middle);
        squares += off[i] * off[i];
      }
      Arrays.sort(off);
      double spread = 1.4826 * median(off, off.length);
      return spread > 0 ? spread : Math.sqrt(squares / off.length);
    }

    /** By value, minus the logarithm to 10 of how often so far a distance was as far. */
    double[] rarities() {
      double[] rarities = new double[distances.length];
      Past past = new Past(distances.length);
      for (int i = 0; i < distances.length; i++) {
        if (i >= 2 * FEWEST && distances[i] > 0) {
          rarities[i] = -Math.log10(past.share(distances[i]));
        }
        past.add(distances[i]);
      }
      return rarities;
    }
  }

  /** Figures so far, in their order. */
  private static final class Past {
    private final double[] sorted;
    private int count;

    Past(int most) {
      sorted = new double[most];
    }

    /** The share of figures that are at least as high, the one asked for included. */
    double share(double figure) {
      return (count - below(figure) + 1.0) / (count + 1);
    }

    void add(double figure) {
      int place = below(figure);
      System.arraycopy(sorted, place, sorted, place + 1, count - place);
      sorted[place] = figure;
      count++;
    }

    /** What no more than {@code share} of the figures reach; infinite if there are too few. */
    double reachedBy(double share) {
      int place = count - (int) Math.floor(share * (count + 1));
      return place >= count ? Double.POSITIVE_INFINITY : sorted[Math.max(0, place)];
    }

    private int below(double figure) {
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] < figure) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }

  /** Goes over one series once more and makes alarms and episodes of its rarities. */
  private final class Marks {
    private final double[] values;
    private final int[] places;
    private final double[] usual;
    private final Distances own;
    private final double[] rarity;
    private final double[] scores;
    private final int[] flags;
    private final double[] expected;
    private final double[] margins;
    private final List<Episode> episodes = new ArrayList<>();

    private int begin = -1;
    private int lastOutside = -SHORT_WINDOW;
    private double loudest;
    private int peak;
    private int direction;

    Marks(double[] values, int[] places, double[] usual, Distances own, double[] rarity) {
      this.values = values;
      this.places = places;
      this.usual = usual;
      this.own = own;
      this.rarity = rarity;
      scores = new double[values.length];
      flags = new int[values.length];
      expected = new double[values.length];
      margins = new double[values.length];
      Arrays.fill(expected, Double.NaN);
      Arrays.fill(margins, Double.NaN);
    }

    Anomalies anomalies() {
      int count = rarity.length;
      Past rarities = new Past(count);
      Past distances = new Past(count);
      double highest = 0;
      int quietUntil = 0;
      for (int k = 0; k < count; k++) {
        int place = places[k];
        double limit = distances.reachedBy(share);
        boolean usable = k >= fewestValues();
        if (k >= FEWEST) {
          expected[place] = usual[k] + own.middles[k];
        }
        if (usable) {
          margins[place] = limit * own.spreads[k];
        }
        boolean loud = k >= quietUntil || rarity[k] > highest + RARER;
        boolean alarm = usable && isNews(k) && rarity[k] > 0 && rarities.share(rarity[k]) <= share;
        boolean outside = usable && own.distances[k] > limit;
        if (loud) {
          scores[place] = Math.min(1, rarity[k] / HIGHEST);
        }
        if (loud && rarity[k] > LOUD) {
          highest = rarity[k];
          quietUntil = k + 1 + (int) Math.min(month, QUIET * k);
        }
        follow(k, alarm, outside);
        if (k >= 2 * FEWEST) {
          rarities.add(rarity[k]);
          distances.add(own.distances[k]);
        }
      }
      if (begin >= 0) {
        close();
      }
      return new Anomalies(scores, flags, expected, margins, episodes, fewestValues());
    }

    /** What looks at the last values still sees an episode when it is over. */
    private boolean isNews(int k) {
      return k - lastOutside > SHORT_WINDOW
          || rarity[k] > loudest + RARER
          || own.distances[k] > own.distances[peak];
    }

    private void follow(int k, boolean alarm, boolean outside) {
      if (begin >= 0 && !outside && k - lastOutside >= BACK) {
        close();
      }
      if (begin < 0 && alarm) {
        begin = k;
        peak = k;
        loudest = 0;
        direction = values[places[k]] < expected[places[k]] ? -1 : 1;
      }
      if (begin >= 0) {
        if (outside || begin == k) {
          lastOutside = k;
          flags[places[k]] = direction;
        }
        loudest = Math.max(loudest, rarity[k]);
        if (own.distances[k] > own.distances[peak]) {
          peak = k;
        }
      }
    }

    private void close() {
      int place = places[peak];
      episodes.add(
          new Episode(
              places[begin],
              places[lastOutside] + 1,
              direction,
              place,
              values[place],
              expected[place],
              own.distances[peak]));
      begin = -1;
    }
  }
}
