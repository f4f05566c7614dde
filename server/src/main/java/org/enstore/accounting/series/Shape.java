package org.enstore.accounting.series;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Quantity;

/**
 * Which dimensions and quantities a block tells apart and adds up. Both lists are in the order of
 * their names, without repeats, so that equal shapes are equal.
 */
public record Shape(List<Dimension> dimensions, List<Quantity> quantities) {
  /** The bin, the class of the mover, which is always there, and one more. */
  private static final int FEW_BESIDE_BINS = 3;

  public Shape {
    dimensions = List.copyOf(dimensions);
    quantities = List.copyOf(quantities);
  }

  /** The shape of these dimensions and quantities, in whatever order they come. */
  public static Shape of(Collection<Dimension> dimensions, Collection<Quantity> quantities) {
    return new Shape(
        List.copyOf(new TreeSet<>(dimensions)), List.copyOf(new TreeSet<>(quantities)));
  }

  /**
   * Whether nearly every row has a key of its own: bins of a histogram beside two dimensions or
   * more.
   */
  boolean hasKeysLikeRows() {
    return dimensions.stream().anyMatch(Dimension::isBins) && dimensions.size() > FEW_BESIDE_BINS;
  }

  /** The place of {@code dimension} in {@link GroupKey#values}, or −1. */
  public int indexOf(Dimension dimension) {
    return dimensions.indexOf(dimension);
  }

  /** The value that {@code key} has for {@code dimension}; empty where it is not told. */
  public String value(Dimension dimension, GroupKey key) {
    int place = indexOf(dimension);
    return place < 0 ? "" : key.values().get(place);
  }
}
