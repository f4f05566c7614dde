package org.enstore.accounting.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One key of a JSON object that people write: its name, what it may hold, and what it means to
 * leave it out. Values are the JDK's own: {@link String}, {@link Boolean}, {@link Number}, {@link
 * List} and {@link Map}. A JSON null is the same as a key left out.
 *
 * <p>{@link #form} says the same in the words of JSON Schema, which is what the published schemas
 * are held against.
 */
public final class Key<T> {
  private final String name;
  private final T fallback;
  private final String permitted;
  private final Map<String, Object> form;
  private final Reading<T> reading;

  private Key(
      String name, T fallback, String permitted, Map<String, Object> form, Reading<T> reading) {
    this.name = name;
    this.fallback = fallback;
    this.permitted = permitted;
    this.form = Collections.unmodifiableMap(new LinkedHashMap<>(form));
    this.reading = reading;
  }

  /** Any text. */
  public static Key<String> text(String name, String fallback) {
    return new Key<>(
        name, fallback, "a text", form("type", "string", "default", fallback), Key::string);
  }

  /** A text that {@code parse} understands; it refuses with an {@link IllegalArgumentException}. */
  public static <T> Key<T> text(
      String name, T fallback, String shownFallback, String permitted, Function<String, T> parse) {
    return new Key<>(
        name,
        fallback,
        permitted,
        form("type", "string", "default", shownFallback),
        value -> parse.apply(string(value)));
  }

  /** True or false. */
  public static Key<Boolean> flag(String name, boolean fallback) {
    return new Key<>(
        name, fallback, "true or false", form("type", "boolean", "default", fallback), Key::truth);
  }

  /** A whole number between {@code min} and {@code max}, both inclusive, of {@code unit}. */
  public static Key<Long> number(String name, long min, long max, String unit, long fallback) {
    return new Key<>(
        name,
        fallback,
        "a whole number from " + min + " to " + max + " (" + unit + ")",
        form("type", "integer", "minimum", min, "maximum", max, "default", fallback),
        value -> within(min, max, whole(value)));
  }

  /** A number between {@code min} and {@code max}, both inclusive, of {@code unit}. */
  public static Key<Double> decimal(
      String name, double min, double max, String unit, double fallback) {
    return new Key<>(
        name,
        fallback,
        "a number from "
            + new BigDecimal(String.valueOf(min)).stripTrailingZeros().toPlainString()
            + " to "
            + new BigDecimal(String.valueOf(max)).stripTrailingZeros().toPlainString()
            + " ("
            + unit
            + ")",
        form("type", "number", "minimum", min, "maximum", max, "default", fallback),
        value -> within(min, max, value));
  }

  /** A duration with its unit, between {@code min} and {@code max}, both inclusive. */
  public static Key<Duration> duration(String name, Duration min, Duration max, Duration fallback) {
    return new Key<>(
        name,
        fallback,
        "a duration from %s to %s with its unit (ms, s, m, h or d), such as \"%s\""
            .formatted(Durations.format(min), Durations.format(max), Durations.format(fallback)),
        form(
            "type",
            "string",
            "pattern",
            Durations.FORM,
            "default",
            Durations.format(fallback),
            "x-minimum",
            Durations.format(min),
            "x-maximum",
            Durations.format(max)),
        value ->
            Durations.parse(string(value))
                .filter(d -> d.compareTo(min) >= 0 && d.compareTo(max) <= 0)
                .orElseThrow(IllegalArgumentException::new));
  }

  /** An amount of memory with its unit, between {@code min} and {@code max} bytes inclusive. */
  public static Key<Long> size(String name, long min, long max, long fallback) {
    return new Key<>(
        name,
        fallback,
        "a size from %s to %s with its unit (KiB, MiB or GiB), such as \"%s\""
            .formatted(ByteSizes.format(min), ByteSizes.format(max), ByteSizes.format(fallback)),
        form(
            "type",
            "string",
            "pattern",
            ByteSizes.FORM,
            "default",
            ByteSizes.format(fallback),
            "x-minimum",
            ByteSizes.format(min),
            "x-maximum",
            ByteSizes.format(max)),
        value -> within(min, max, ByteSizes.parse(string(value)).orElse(-1)));
  }

  /** One of {@code values}, each written as {@code word} says. */
  public static <T> Key<T> choice(
      String name, List<T> values, Function<T, String> word, T fallback) {
    Map<String, T> byWord = byWord(values, word);
    List<String> words = List.copyOf(byWord.keySet());
    return new Key<>(
        name,
        fallback,
        oneOf(words),
        form("type", "string", "enum", words, "default", word.apply(fallback)),
        value -> chosen(value, byWord));
  }

  /** A list of different {@code values}, each written as {@code word} says. */
  public static <T> Key<List<T>> choices(
      String name, List<T> values, Function<T, String> word, List<T> fallback) {
    Map<String, T> byWord = byWord(values, word);
    List<String> words = List.copyOf(byWord.keySet());
    return new Key<>(
        name,
        List.copyOf(fallback),
        "a list of different words, each " + oneOf(words),
        form(
            "type",
            "array",
            "items",
            form("type", "string", "enum", words),
            "uniqueItems",
            true,
            "default",
            fallback.stream().map(word).toList()),
        value -> {
          List<T> chosen = new ArrayList<>();
          for (Object item : list(value)) {
            chosen.add(chosen(item, byWord));
          }
          if (new LinkedHashSet<>(chosen).size() < chosen.size()) {
            throw new IllegalArgumentException();
          }
          return List.copyOf(chosen);
        });
  }

  /** A list of texts, none by default. */
  public static Key<List<String>> texts(String name) {
    return new Key<>(
        name,
        List.of(),
        "a list of texts",
        form("type", "array", "items", form("type", "string"), "default", List.of()),
        value -> {
          List<String> texts = new ArrayList<>();
          for (Object item : list(value)) {
            texts.add(string(item));
          }
          return List.copyOf(texts);
        });
  }

  /**
   * An object with the named members, each read by {@code member}, which is given the member's own
   * path for its complaints.
   */
  public static <T> Key<Map<String, T>> object(
      String name, List<String> members, Map<String, Object> memberForm, ObjectMember<T> member) {
    Map<String, Object> properties = new LinkedHashMap<>();
    members.forEach(each -> properties.put(each, memberForm));
    return new Key<>(
        name,
        Map.of(),
        "an object whose members are among " + String.join(", ", members),
        form(
            "type",
            "object",
            "additionalProperties",
            false,
            "properties",
            properties,
            "default",
            Map.of()),
        value -> {
          Map<String, T> read = new LinkedHashMap<>();
          List<String> problems = new ArrayList<>();
          for (Map.Entry<String, Object> entry : object(value).entrySet()) {
            String path = name + "." + entry.getKey();
            if (!members.contains(entry.getKey())) {
              problems.add(
                  "\"%s\" is not known; known are %s.%s"
                      .formatted(
                          path,
                          String.join(", ", members),
                          Spelling.hint(entry.getKey(), members)));
            } else {
              member
                  .read(path, entry.getValue(), problems)
                  .ifPresent(one -> read.put(entry.getKey(), one));
            }
          }
          if (!problems.isEmpty()) {
            throw new SettingsProblems(problems);
          }
          return Collections.unmodifiableMap(read);
        });
  }

  /** The key itself, as it is written. */
  public String name() {
    return name;
  }

  /** What a key that is left out means. */
  public T fallback() {
    return fallback;
  }

  /** What it may hold, as the end of a sentence that begins "it must be". */
  public String permitted() {
    return permitted;
  }

  /** What it may hold, and its default, in the words of JSON Schema. */
  public Map<String, Object> form() {
    return form;
  }

  /**
   * Reads a value that is there.
   *
   * @throws SettingsProblems with sentences of its own
   * @throws IllegalArgumentException with a sentence about the value, or with none when {@link
   *     #permitted} says it all
   */
  T read(Object value) {
    return reading.read(value);
  }

  /** {@code one of a, b or c}, quoted. */
  public static String oneOf(List<String> words) {
    return words.size() == 1 ? list(words, "or") : "one of " + list(words, "or");
  }

  /** {@code a, b <last> c}, quoted. */
  public static String list(List<String> words, String last) {
    List<String> quoted = words.stream().map(word -> '"' + word + '"').toList();
    return quoted.size() < 2
        ? String.join("", quoted)
        : String.join(", ", quoted.subList(0, quoted.size() - 1))
            + " "
            + last
            + " "
            + quoted.get(quoted.size() - 1);
  }

  /** {@code value} as a person would find it in the JSON, cut when long. */
  static String shown(@Nullable Object value) {
    if (value instanceof String text) {
      return '"' + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + '"';
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof Map) {
      return "an object";
    }
    String text = String.valueOf(value);
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  private static <T> Map<String, T> byWord(List<T> values, Function<T, String> word) {
    Map<String, T> byWord = new LinkedHashMap<>();
    values.forEach(value -> byWord.put(word.apply(value), value));
    return byWord;
  }

  private static <T> T chosen(@Nullable Object value, Map<String, T> byWord) {
    String word = string(value);
    T chosen = byWord.get(word);
    if (chosen == null) {
      List<String> words = List.copyOf(byWord.keySet());
      throw new IllegalArgumentException(
          "is %s; it must be %s.%s"
              .formatted(shown(word), oneOf(words), Spelling.hint(word, words)));
    }
    return chosen;
  }

  private static String string(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException();
  }

  private static boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw new IllegalArgumentException();
  }

  private static long whole(Object value) {
    try {
      if (value instanceof Number number) {
        return new BigDecimal(number.toString()).longValueExact();
      }
    } catch (ArithmeticException | NumberFormatException ignored) {
      // Neither is a fraction or an infinity a whole number.
    }
    throw new IllegalArgumentException();
  }

  private static long within(long min, long max, long number) {
    if (number < min || number > max) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  private static double within(double min, double max, Object value) {
    double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
    if (!(number >= min && number <= max)) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  private static List<?> list(Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException();
  }

  private static Map<String, Object> object(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> object = new LinkedHashMap<>();
      map.forEach(
          (name, member) -> {
            if (member != null) {
              object.put(String.valueOf(name), member);
            }
          });
      return object;
    }
    throw new IllegalArgumentException();
  }

  private static Map<String, Object> form(Object... namesAndValues) {
    Map<String, Object> form = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      form.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return form;
  }

  /** How a value becomes what it means. */
  @FunctionalInterface
  private interface Reading<T> {
    T read(Object value);
  }

  /** How one member of an object becomes what it means. */
  @FunctionalInterface
  public interface ObjectMember<T> {
    /** Reads the member called {@code path}; empty after adding to {@code problems}. */
    Optional<T> read(String path, Object value, List<String> problems);
  }
}
