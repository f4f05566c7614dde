package org.enstore.accounting.series;

import java.util.List;

/**
 * What the rows of one group have in common: one value for each dimension of the {@link Shape}, in
 * its order, spelled as the table spells it. A database null is the empty string.
 */
public record GroupKey(List<String> values) {
  public GroupKey {
    values = List.copyOf(values);
  }
}
