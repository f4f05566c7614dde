package org.enstore.accounting.series;

import java.util.List;
import java.util.Map;

/**
 * What a test of the connection found.
 *
 * @param ok whether panels can be answered
 * @param sentence what was found, and what to do next when something is wrong
 * @param details further findings by name, in the order to show them
 * @param advice one sentence for each thing to mend, the exact {@code GRANT} among them; may be
 *     non-empty although {@code ok}
 */
public record Health(
    boolean ok, String sentence, Map<String, String> details, List<String> advice) {
  public Health {
    details = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(details));
    advice = List.copyOf(advice);
  }
}
