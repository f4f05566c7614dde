package org.enstore.accounting.grafana;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * Writes a log record as the line of JSON that Grafana's host reads.
 *
 * <p>The host is particular. The time must have exactly six fraction digits, or the line counts as
 * plain text at debug level. What stands under a key with an at sign must be a string, or the host
 * itself fails. A line must stay below 64 KiB, or it arrives in pieces at debug level; so long
 * messages and stack traces are cut, and end in a mark that says so.
 */
final class HostLogLine {
  /**
   * Whose records are told one level lower than they ask for: a library's news is a detail to those
   * who run this program.
   */
  static final List<String> LIBRARIES =
      List.of(
          "com.github.benmanes",
          "com.google",
          "com.zaxxer",
          "io.grpc",
          "io.netty",
          "io.perfmark",
          "io.prometheus",
          "java",
          "javax",
          "jdk",
          "org.jooq",
          "org.postgresql",
          "sun");

  private static final int MESSAGE_BYTES = 36_000;
  private static final int EXCEPTION_BYTES = 24_000;
  private static final int MODULE_BYTES = 256;
  private static final int MOST_CAUSES = 10;
  private static final String CUT = " … (cut)";

  private static final char[] HEX = "0123456789abcdef".toCharArray();
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Only its placeholder rules are used. */
  private static final Formatter MESSAGES = new SimpleFormatter();

  private HostLogLine() {}

  /** The line with its end, in UTF-8. */
  static byte[] of(LogRecord record) {
    String module = Objects.requireNonNullElse(record.getLoggerName(), "");
    StringBuilder line = new StringBuilder(256);
    line.append("{\"@level\":\"").append(level(record.getLevel(), module)).append('"');
    append(line, "@message", message(record), MESSAGE_BYTES);
    append(line, "@module", module, MODULE_BYTES);
    append(line, "@timestamp", TIMESTAMP.format(record.getInstant()), MODULE_BYTES);
    if (record.getThrown() != null) {
      boolean expected =
          isLibrary(module) && record.getLevel().intValue() < Level.SEVERE.intValue();
      append(
          line,
          "exception",
          expected ? causes(record.getThrown()) : stackTrace(record.getThrown()),
          EXCEPTION_BYTES);
    }
    return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String level(Level level, String module) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "error";
    }
    if (value >= Level.WARNING.intValue()) {
      return "warn";
    }
    boolean library = isLibrary(module);
    if (value >= Level.INFO.intValue()) {
      return library ? "debug" : "info";
    }
    return value >= Level.FINE.intValue() && !library ? "debug" : "trace";
  }

  private static boolean isLibrary(String module) {
    return LIBRARIES.stream().anyMatch(name -> isBelow(module, name));
  }

  private static boolean isBelow(String module, String library) {
    return module.startsWith(library)
        && (module.length() == library.length() || module.charAt(library.length()) == '.');
  }

  private static String message(LogRecord record) {
    String message = Objects.requireNonNullElse(MESSAGES.formatMessage(record), "");
    return message.isEmpty() && record.getThrown() != null
        ? record.getThrown().toString()
        : message;
  }

  /**
   * What was thrown and why, on one line. What a library only warns of is the world's doing, such
   * as a server that is restarted: where in its code it was noticed tells nobody anything.
   */
  private static String causes(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < MOST_CAUSES; depth++) {
      text.append(depth == 0 ? "" : "; caused by ").append(String.valueOf(at).replace('\n', ' '));
      at = at.getCause();
    }
    return text.toString();
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    try (PrintWriter writer = new PrintWriter(text)) {
      thrown.printStackTrace(writer);
    }
    return text.toString().stripTrailing();
  }

  /** Appends a key and a text that takes no more than {@code most} bytes, but for the mark. */
  private static void append(StringBuilder line, String key, String text, int most) {
    line.append(",\"").append(key).append("\":\"");
    int room = most;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      room -= bytes(point);
      if (room < 0) {
        line.append(CUT);
        break;
      }
      appendEscaped(line, point);
      i += Character.charCount(point);
    }
    line.append('"');
  }

  private static int bytes(int point) {
    if (point < ' ') {
      return 6;
    }
    if (point == '"' || point == '\\') {
      return 2;
    }
    if (point < 0x80) {
      return 1;
    }
    if (point < 0x800) {
      return 2;
    }
    return point < 0x10000 ? 3 : 4;
  }

  private static void appendEscaped(StringBuilder line, int point) {
    switch (point) {
      case '"', '\\' -> line.append('\\').append((char) point);
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      default -> {
        if (point < ' ') {
          line.append("\\u00").append(HEX[point >> 4]).append(HEX[point & 15]);
        } else {
          line.appendCodePoint(point);
        }
      }
    }
  }
}
