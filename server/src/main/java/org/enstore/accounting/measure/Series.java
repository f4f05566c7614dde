package org.enstore.accounting.measure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One series of a {@link SeriesTable}.
 *
 * @param labels what tells it from the others, by dimension name, in the order to show them; empty
 *     for a single total
 * @param numbers one for each bucket
 */
public record Series(Map<String, String> labels, Numbers numbers) {
  public Series {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }
}
