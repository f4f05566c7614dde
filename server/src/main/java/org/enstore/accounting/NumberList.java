package org.enstore.accounting;

import java.util.Arrays;

/** Numbers of which there come more. */
final class NumberList {
  private double[] values = new double[64];
  private int count;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  double[] all() {
    return Arrays.copyOf(values, count);
  }

  int count() {
    return count;
  }

  double at(int place) {
    return values[place];
  }

  /**
   * Of ascending numbers, the place of the last that is at most {@code most}; -1 if there is none.
   */
  int lastAtMost(double most) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] <= most) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
