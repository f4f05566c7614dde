package org.enstore.accounting.series;

import java.util.List;
import org.enstore.accounting.measure.Direction;

/**
 * What the rows of one group have in common: their direction, and one value for each dimension of
 * the {@link Shape}, in its order. A mover's value is spelled as its table spells it: the full key
 * in raw, the trimmed name in the summary. A database null is the empty string.
 */
public record GroupKey(Direction direction, List<String> values) {
  public GroupKey {
    values = List.copyOf(values);
  }
}
