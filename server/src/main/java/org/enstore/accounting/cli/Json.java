package org.enstore.accounting.cli;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.enstore.accounting.proto.v1.Label;

/** What the commands' JSON is made of. What is not known is null. */
final class Json {
  private Json() {}

  /** Builds one JSON text. */
  interface Building {
    void into(JsonWriter json) throws IOException;
  }

  /** The text that {@code building} builds. */
  static String of(Building building) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      building.into(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail", e);
    }
    return text.toString();
  }

  /** Writes a text, or null for an empty one, which stands for none. */
  static void text(JsonWriter json, String text) throws IOException {
    if (text.isEmpty()) {
      json.nullValue();
    } else {
      json.value(text);
    }
  }

  /** Writes a list of texts. */
  static void texts(JsonWriter json, List<String> texts) throws IOException {
    json.beginArray();
    for (String text : texts) {
      json.value(text);
    }
    json.endArray();
  }

  /** Writes a number with all its digits, or null. */
  static void number(JsonWriter json, Optional<BigDecimal> value) throws IOException {
    if (value.isPresent()) {
      json.jsonValue(value.get().toPlainString());
    } else {
      json.nullValue();
    }
  }

  /** Writes an instant in the site's time, or null for the epoch, which stands for none. */
  static void time(JsonWriter json, long epochSecond, ZoneId zone) throws IOException {
    if (epochSecond == 0) {
      json.nullValue();
    } else {
      json.value(Moment.show(Instant.ofEpochSecond(epochSecond), zone));
    }
  }

  /** Writes an object of labels. */
  static void labels(JsonWriter json, List<Label> labels) throws IOException {
    json.beginObject();
    for (Label label : labels) {
      json.name(label.getName()).value(label.getValue());
    }
    json.endObject();
  }
}
