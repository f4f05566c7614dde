package org.enstore.accounting.frame;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON under construction. Commas are set by themselves; keys and nesting are the caller's. Numbers
 * are written exactly: integers with every digit, floating-point numbers so that they read back as
 * the same value.
 */
final class JsonText {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  /** Below this, a double holds every integer. */
  private static final double EXACT_LIMIT = 0x1p53;

  private final StringBuilder out;
  private boolean comma;

  JsonText() {
    this(256);
  }

  JsonText(int capacity) {
    out = new StringBuilder(capacity);
  }

  JsonText beginObject() {
    return open('{');
  }

  JsonText endObject() {
    return close('}');
  }

  JsonText beginArray() {
    return open('[');
  }

  JsonText endArray() {
    return close(']');
  }

  JsonText key(String key) {
    separate();
    quote(key);
    out.append(':');
    comma = false;
    return this;
  }

  JsonText text(String text) {
    separate();
    quote(text);
    return this;
  }

  JsonText number(long number) {
    separate();
    out.append(number);
    return this;
  }

  /** Writes a finite number. */
  JsonText number(double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException("JSON has no number " + number);
    }
    separate();
    double thousandths = Math.rint(number * 1000);
    if (Math.abs(thousandths) < EXACT_LIMIT && thousandths / 1000 == number) {
      appendThousandths((long) thousandths);
    } else {
      out.append(number);
    }
    return this;
  }

  JsonText truth(boolean truth) {
    return raw(truth ? "true" : "false");
  }

  JsonText nothing() {
    return raw("null");
  }

  /** Writes what already is JSON. */
  JsonText raw(String json) {
    separate();
    out.append(json);
    return this;
  }

  /** Writes an object of texts. */
  JsonText texts(Map<String, String> texts) {
    beginObject();
    texts.forEach((key, value) -> key(key).text(value));
    return endObject();
  }

  /**
   * Writes null, a text, a truth value, a finite number, a list or a map of such.
   *
   * @throws IllegalArgumentException for anything else
   */
  JsonText value(@Nullable Object value) {
    if (value == null) {
      return nothing();
    }
    if (value instanceof String text) {
      return text(text);
    }
    if (value instanceof Boolean truth) {
      return truth(truth);
    }
    if (value instanceof Integer || value instanceof Long) {
      return number(((Number) value).longValue());
    }
    if (value instanceof Double number) {
      return number(number.doubleValue());
    }
    if (value instanceof Map<?, ?> map) {
      beginObject();
      map.forEach((key, item) -> key((String) key).value(item));
      return endObject();
    }
    if (value instanceof Iterable<?> items) {
      beginArray();
      items.forEach(this::value);
      return endArray();
    }
    throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
  }

  byte[] toUtf8() {
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return out.toString();
  }

  private JsonText open(char bracket) {
    separate();
    out.append(bracket);
    comma = false;
    return this;
  }

  private JsonText close(char bracket) {
    out.append(bracket);
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      out.append(',');
    }
    comma = true;
  }

  /** The usual numbers have three decimals at most, and then this is shorter and quicker. */
  private void appendThousandths(long thousandths) {
    long rest = Math.abs(thousandths % 1000);
    if (thousandths < 0) {
      out.append('-');
    }
    out.append(Math.abs(thousandths / 1000));
    if (rest != 0) {
      out.append('.').append((char) ('0' + rest / 100));
      if (rest % 100 != 0) {
        out.append((char) ('0' + rest / 10 % 10));
        if (rest % 10 != 0) {
          out.append((char) ('0' + rest % 10));
        }
      }
    }
  }

  private void quote(String text) {
    out.append('"');
    int plainFrom = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c != '"' && c != '\\') {
        continue;
      }
      out.append(text, plainFrom, i);
      plainFrom = i + 1;
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
      }
    }
    out.append(text, plainFrom, text.length()).append('"');
  }
}
