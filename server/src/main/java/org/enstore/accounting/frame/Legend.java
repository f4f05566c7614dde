package org.enstore.accounting.frame;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How series are called: a template in which {@code {{mover}}} stands for the label of that name.
 * The empty template joins the values of all labels, and calls a series without labels Total.
 */
public final class Legend {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");
  private static final String TOTAL = "Total";

  private final String template;

  private Legend(String template) {
    this.template = template;
  }

  /** The legend that {@code template} describes. */
  public static Legend of(String template) {
    return new Legend(template.strip());
  }

  /** The names that the template uses, in order of appearance. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    Matcher matcher = PLACEHOLDER.matcher(template);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /**
   * The title of the series with {@code labels}. A name that is neither a label nor one of {@code
   * words} leaves nothing behind; a template that leaves nothing at all counts as empty.
   *
   * @param words further names that a template may use
   */
  String title(Map<String, String> labels, Map<String, String> words) {
    if (!template.isEmpty()) {
      String title =
          PLACEHOLDER
              .matcher(template)
              .replaceAll(
                  match -> {
                    String name = match.group(1);
                    String word = labels.getOrDefault(name, words.getOrDefault(name, ""));
                    return Matcher.quoteReplacement(word);
                  })
              .strip();
      if (!title.isEmpty()) {
        return title;
      }
    }
    return labels.isEmpty() ? TOTAL : joined(labels.values());
  }

  /** The values side by side; one that is empty, which the database allows, still has a name. */
  private static String joined(Collection<String> values) {
    StringBuilder title = new StringBuilder();
    for (String value : values) {
      title.append(title.isEmpty() ? "" : " ").append(value.isBlank() ? "(none)" : value);
    }
    return title.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Legend legend && template.equals(legend.template);
  }

  @Override
  public int hashCode() {
    return template.hashCode();
  }

  @Override
  public String toString() {
    return template;
  }
}
