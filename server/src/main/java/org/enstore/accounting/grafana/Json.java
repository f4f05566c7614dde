package org.enstore.accounting.grafana;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Strict JSON to and from the JDK's own values: {@link Map} in the order of the text, {@link List},
 * {@link String}, {@link BigDecimal}, {@link Boolean} and null. What it reads is bounded, as
 * anybody may have written it.
 */
final class Json {
  private static final Pattern PLACE = Pattern.compile("at line (\\d+) column (\\d+)");

  /** The longest text that is read, in characters or in bytes. */
  private static final int LONGEST = 256 << 10;

  /** Objects and lists within one another. */
  private static final int DEEPEST = 32;

  private static final int MOST_KEYS = 500;

  /** Digits take time by their square to become a number. */
  private static final int LONGEST_NUMBER = 100;

  private Json() {}

  /**
   * The object that {@code utf8} holds; an empty one when there is nothing at all.
   *
   * @throws IllegalArgumentException with a clause that says what is wrong and where
   */
  static Map<String, @Nullable Object> object(ByteString utf8) {
    if (utf8.isEmpty()) {
      return Map.of();
    }
    checkLength(utf8.size());
    if (!utf8.isValidUtf8()) {
      throw new IllegalArgumentException("is not UTF-8.");
    }
    return object(utf8.toStringUtf8());
  }

  /**
   * The object that {@code text} holds.
   *
   * @throws IllegalArgumentException with a clause that says what is wrong and where
   */
  static Map<String, @Nullable Object> object(String text) {
    checkLength(text.length());
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      reader.setStrictness(Strictness.STRICT);
      if (reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw new IllegalArgumentException("is not a JSON object.");
      }
      Map<String, @Nullable Object> object = readObject(reader, 1);
      // Strict reading refuses whatever may follow.
      JsonToken unused = reader.peek();
      return object;
    } catch (EOFException e) {
      throw new IllegalArgumentException("is not valid JSON: it ends too early.", e);
    } catch (MalformedJsonException | NumberFormatException e) {
      Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
      throw new IllegalArgumentException(
          "is not valid JSON"
              + (place.find()
                  ? " (line " + place.group(1) + ", column " + place.group(2) + ")."
                  : "."),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail to be read", e);
    }
  }

  /** {@code value} as JSON on one line; numbers that JSON cannot hold are an error. */
  static String text(@Nullable Object value) {
    StringWriter text = new StringWriter();
    try (JsonWriter writer = new JsonWriter(text)) {
      writer.setHtmlSafe(false);
      write(writer, value);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail to be written", e);
    }
    return text.toString();
  }

  private static void checkLength(int length) {
    if (length > LONGEST) {
      throw new IllegalArgumentException(
          "has a length of " + length + "; it must be at most " + LONGEST + ".");
    }
  }

  private static void checkDepth(int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException(
          "has more than " + DEEPEST + " objects and lists within one another.");
    }
  }

  private static @Nullable Object read(JsonReader reader, int depth) throws IOException {
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> readObject(reader, depth);
      case BEGIN_ARRAY -> {
        checkDepth(depth);
        List<@Nullable Object> list = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
          list.add(read(reader, depth + 1));
        }
        reader.endArray();
        yield list;
      }
      case STRING -> reader.nextString();
      case NUMBER -> number(reader.nextString());
      case BOOLEAN -> reader.nextBoolean();
      case NULL -> {
        reader.nextNull();
        yield null;
      }
      case END_ARRAY, END_OBJECT, NAME, END_DOCUMENT ->
          throw new IllegalArgumentException("is not valid JSON.");
    };
  }

  private static BigDecimal number(String digits) {
    if (digits.length() > LONGEST_NUMBER) {
      throw new IllegalArgumentException(
          "has a number of more than " + LONGEST_NUMBER + " characters.");
    }
    return new BigDecimal(digits);
  }

  private static Map<String, @Nullable Object> readObject(JsonReader reader, int depth)
      throws IOException {
    checkDepth(depth);
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (object.containsKey(name)) {
        throw new IllegalArgumentException("has the key \"" + shortened(name) + "\" twice.");
      }
      if (object.size() == MOST_KEYS) {
        throw new IllegalArgumentException("has an object of more than " + MOST_KEYS + " keys.");
      }
      object.put(name, read(reader, depth + 1));
    }
    reader.endObject();
    return object;
  }

  private static String shortened(String name) {
    return name.length() > 60 ? name.substring(0, 60) + "…" : name;
  }

  private static void write(JsonWriter writer, @Nullable Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      writer.beginObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        writer.name(String.valueOf(entry.getKey()));
        write(writer, entry.getValue());
      }
      writer.endObject();
    } else if (value instanceof Iterable<?> list) {
      writer.beginArray();
      for (Object item : list) {
        write(writer, item);
      }
      writer.endArray();
    } else if (value instanceof Number number) {
      writer.value(number);
    } else if (value instanceof Boolean flag) {
      writer.value(flag);
    } else if (value == null) {
      writer.nullValue();
    } else {
      writer.value(value.toString());
    }
  }
}
