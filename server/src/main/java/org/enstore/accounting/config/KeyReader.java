package org.enstore.accounting.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Takes the keys of one JSON object, one after the other, and collects what is wrong with them.
 * What is left over at the end is unknown, and said to be.
 */
public final class KeyReader {
  private final String path;
  private final Map<String, Object> left = new LinkedHashMap<>();
  private final List<String> known;
  private final List<Complaint> problems = new ArrayList<>();

  /**
   * A reader of {@code values}.
   *
   * @param known every key there is, in the order to name them
   * @param path what to put before a key's name in complaints, such as {@code filters.mover.}
   */
  public KeyReader(String path, Map<String, ?> values, List<Key<?>> known) {
    this.path = path;
    this.known = known.stream().map(Key::name).toList();
    values.forEach(
        (name, value) -> {
          if (value != null) {
            left.put(name, value);
          }
        });
  }

  /** Whether {@code key} is there and not yet taken. */
  public boolean has(Key<?> key) {
    return left.containsKey(key.name());
  }

  /** The value of {@code key}; its fallback when it is left out or, with a complaint, wrong. */
  public <T> T take(Key<T> key) {
    Object value = left.remove(key.name());
    if (value == null) {
      return key.fallback();
    }
    try {
      return key.read(value);
    } catch (SettingsProblems e) {
      e.problems().forEach(problem -> problems.add(Complaint.of(problem)));
    } catch (IllegalArgumentException e) {
      String sentence = e.getMessage();
      complain(
          path + key.name(),
          "\"%s%s\" %s"
              .formatted(
                  path,
                  key.name(),
                  sentence != null
                      ? sentence
                      : "is " + Key.shown(value) + "; it must be " + key.permitted() + "."));
    }
    return key.fallback();
  }

  /** Whether the value of {@code key} has been found wrong. */
  public boolean complainedOf(Key<?> key) {
    return problems.stream().anyMatch(problem -> problem.field().equals(path + key.name()));
  }

  /** Drops every key that {@code ignored} accepts. */
  public void drop(Predicate<String> ignored) {
    left.keySet().removeIf(ignored);
  }

  /** Adds a complaint that no single key can make. */
  public void complain(String sentence) {
    problems.add(Complaint.of(sentence));
  }

  /** Adds a complaint about {@code field}, which may stand beside the object. */
  public void complain(String field, String sentence) {
    problems.add(new Complaint(field, sentence));
  }

  /** Adds {@code complaint}. */
  public void complain(Complaint complaint) {
    problems.add(complaint);
  }

  /** The sentences of all complaints. */
  public List<String> finish() {
    return complaints().stream().map(Complaint::sentence).toList();
  }

  /** All complaints, those about unknown keys last; empty when everything is in order. */
  public List<Complaint> complaints() {
    List<Complaint> all = new ArrayList<>(problems);
    left.keySet()
        .forEach(
            name ->
                all.add(
                    new Complaint(
                        path + shortened(name),
                        "\"%s%s\" is not known; known are %s.%s"
                            .formatted(
                                path,
                                shortened(name),
                                String.join(", ", known),
                                Spelling.hint(name, known)))));
    return all;
  }

  private static String shortened(String name) {
    return name.length() > 60 ? name.substring(0, 60) + "…" : name;
  }
}
