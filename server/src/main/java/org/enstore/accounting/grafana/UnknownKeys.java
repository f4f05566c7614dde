package org.enstore.accounting.grafana;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.enstore.accounting.config.Key;
import org.enstore.accounting.config.Spelling;
import org.enstore.accounting.frame.FrameNotice;

/**
 * What an object from Grafana holds that this program does not know. Grafana adds keys of its own
 * to what people make in its pages, others in every version, so an unknown key is told and left out
 * rather than refused. A key that Grafana is known to add is not even told.
 *
 * @param rest the object without the unknown keys
 * @param names the unknown keys, in the order of the object
 * @param known every key there is
 */
record UnknownKeys(Map<String, Object> rest, List<String> names, List<String> known) {
  private static final int MOST_NAMED = 5;
  private static final int LONGEST_NAME = 60;

  /**
   * Divides {@code object} into what {@code keys} are, or Grafana is known to add, and the rest.
   */
  static UnknownKeys in(Map<String, ?> object, List<Key<?>> keys) {
    List<String> known = keys.stream().map(Key::name).toList();
    Map<String, Object> rest = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    object.forEach(
        (name, value) -> {
          if (known.contains(name) || QuestionJson.IGNORED.containsKey(name)) {
            rest.put(name, value);
          } else if (value != null) {
            names.add(name);
          }
        });
    return new UnknownKeys(rest, List.copyOf(names), known);
  }

  /** What to tell of them in a panel; a key that may be a misspelt one weighs more. */
  List<FrameNotice> notices() {
    if (names.isEmpty()) {
      return List.of();
    }
    String sentence =
        sentence(names, known, "The query has keys that this version of the plugin does not know");
    boolean misspelt =
        names.stream().map(name -> Spelling.nearest(name, known)).anyMatch(Optional::isPresent);
    return List.of(misspelt ? FrameNotice.warning(sentence) : FrameNotice.info(sentence));
  }

  /** {@code lead}, the first of {@code names}, and that they were left out. */
  static String sentence(List<String> names, List<String> known, String lead) {
    StringBuilder text = new StringBuilder(lead).append(" and left out: ");
    for (int i = 0; i < Math.min(names.size(), MOST_NAMED); i++) {
      String name = names.get(i);
      text.append(i == 0 ? "\"" : ", \"")
          .append(name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name)
          .append('"');
      Spelling.nearest(name, known)
          .ifPresent(near -> text.append(" (did you mean \"").append(near).append("\"?)"));
    }
    if (names.size() > MOST_NAMED) {
      text.append(" and ").append(names.size() - MOST_NAMED).append(" more");
    }
    return text.append('.').toString();
  }
}
