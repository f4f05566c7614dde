package org.enstore.accounting.series;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.enstore.accounting.catalog.Database;

/**
 * What a test of the connection found.
 *
 * @param ok whether panels can be answered; of a data source, whether those of accounting can
 * @param sentence what was found, and what to do next when something is wrong
 * @param details further findings by name, in the order to show them
 * @param advice one sentence for each thing to mend, the exact {@code GRANT} among them; may be
 *     non-empty although {@code ok}
 * @param others whether the databases beside accounting can be read
 */
public record Health(
    boolean ok,
    String sentence,
    Map<String, String> details,
    List<String> advice,
    Map<Database, Boolean> others) {
  public Health {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    advice = List.copyOf(advice);
    others = Map.copyOf(others);
  }

  /** What was found of one database. */
  public Health(boolean ok, String sentence, Map<String, String> details, List<String> advice) {
    this(ok, sentence, details, advice, Map.of());
  }

  /** These findings of accounting together with those of the databases beside it. */
  Health with(Map<Database, Health> found) {
    StringBuilder sentences = new StringBuilder(sentence);
    Map<String, String> allDetails = new LinkedHashMap<>(details);
    List<String> allAdvice = new ArrayList<>(advice);
    Map<Database, Boolean> readable = new LinkedHashMap<>();
    found.forEach(
        (database, health) -> {
          String named = database.id() + ": ";
          sentences.append(' ').append(named).append(health.sentence());
          health
              .details()
              .forEach((name, detail) -> allDetails.put(database.id() + " " + name, detail));
          if (!health.ok()) {
            allAdvice.add(named + "its panels cannot be answered; those of other databases go on.");
          }
          health.advice().forEach(sentence -> allAdvice.add(named + sentence));
          readable.put(database, health.ok());
        });
    return new Health(ok, sentences.toString(), allDetails, allAdvice, readable);
  }
}
