package org.enstore.accounting.outlook;

/** Which share of the values a band is to hold. */
public enum Band {
  HOLDS_80(0, 0.8),
  HOLDS_95(1, 0.95);

  private final int place;
  private final double share;

  Band(int place, double share) {
    this.place = place;
    this.share = share;
  }

  /** The share of values within, 0 to 1. */
  public double share() {
    return share;
  }

  /** Its place among the bands, the narrowest first. */
  int place() {
    return place;
  }

  double tail() {
    return (1 - share) / 2;
  }

  /** How many errors it takes until the quantiles are among them. */
  int fewestErrors() {
    return (int) Math.round(2 / (1 - share));
  }
}
