package org.enstore.accounting.outlook;

import java.util.List;

/** What is unusual in a series. */
public final class Anomalies {
  private final double[] scores;
  private final int[] flags;
  private final double[] expected;
  private final double[] margins;
  private final List<Episode> episodes;
  private final int fewestValues;

  Anomalies(
      double[] scores,
      int[] flags,
      double[] expected,
      double[] margins,
      List<Episode> episodes,
      int fewestValues) {
    this.scores = scores;
    this.flags = flags;
    this.expected = expected;
    this.margins = margins;
    this.episodes = List.copyOf(episodes);
    this.fewestValues = fewestValues;
  }

  /** How many buckets. */
  public int length() {
    return scores.length;
  }

  /** How unusual, 0 to 1; 0 also where an alarm shortly before was no less. */
  public double score(int bucket) {
    return scores[bucket];
  }

  /** 1 within an episode of high values, -1 within one of low values, else 0. */
  public int flag(int bucket) {
    return flags[bucket];
  }

  /** What is usual; NaN while too little is known, or where no value is. */
  public double expected(int bucket) {
    return expected[bucket];
  }

  /** Below it values are as rare as the tolerated alarms; NaN as long as that cannot be told. */
  public double lower(int bucket) {
    return expected[bucket] - margins[bucket];
  }

  /** The same above. */
  public double upper(int bucket) {
    return expected[bucket] + margins[bucket];
  }

  public List<Episode> episodes() {
    return episodes;
  }

  /** Whether there were too few values for any alarm at this sensitivity. */
  public boolean tooShort() {
    return scores.length < fewestValues;
  }

  /** How many values it takes. */
  public int fewestValues() {
    return fewestValues;
  }
}
