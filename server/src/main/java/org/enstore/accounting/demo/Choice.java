package org.enstore.accounting.demo;

import java.util.Arrays;
import java.util.List;

/** A choice among things of different weight. */
final class Choice<T> {
  private final List<T> things;
  private final double[] sums;

  Choice(List<T> things, double[] weights) {
    this.things = things;
    this.sums = weights.clone();
    Arrays.parallelPrefix(sums, Double::sum);
  }

  T draw(Chance chance) {
    double place = chance.even() * sums[sums.length - 1];
    int found = Arrays.binarySearch(sums, place);
    // A place exactly on a sum belongs to the next thing.
    int index = found >= 0 ? found + 1 : -found - 1;
    return things.get(Math.min(index, things.size() - 1));
  }
}
