package org.enstore.accounting.series;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.mapping.LogarithmicMapping;
import com.datadoghq.sketch.ddsketch.store.SparseStore;

/**
 * The bins of the histogram from which quantiles of drive rates are told: those of DDSketch with
 * the logarithmic mapping. Histograms of equal bins are merged by adding their counts, so a
 * database can count, and sums of any blocks have the same quantiles as the rows.
 */
public final class RateBins {
  /** A quantile is at most this part of itself away from the exact one. */
  public static final double RELATIVE_ERROR = 0.01;

  /** No bin: the transfers do not count for the drive rate. Every bin's number is larger. */
  static final int NONE = -1;

  private static final LogarithmicMapping MAPPING = new LogarithmicMapping(RELATIVE_ERROR);

  private RateBins() {}

  /**
   * By how much one bin's bounds are larger than the bin's before it, as a natural logarithm. The
   * bin of a rate is {@code floor(ln(rate) / lnOfWidth())}: the mapping rounds down. A rate next to
   * a bound may be put into either bin: both tell it within the error.
   */
  public static double lnOfWidth() {
    return Math.log((1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR));
  }

  /** The bin of {@code rate}, which is positive, in bytes per second. */
  public static int of(long rate) {
    return MAPPING.index((double) rate);
  }

  /** An empty sketch over these bins. */
  static DDSketch sketch() {
    return new DDSketch(MAPPING, SparseStore::new);
  }

  /** A rate in the middle of {@code bin}, in bytes per second. */
  static double rate(int bin) {
    return MAPPING.value(bin);
  }
}
